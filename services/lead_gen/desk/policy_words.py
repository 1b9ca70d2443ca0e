"""What the fields of tier 1's policy are called, what they decide, and their units."""

from __future__ import annotations

from services.chassis.sentences import later as _
from services.chassis.web.policy_forms.words import Section, Words

_WEEK = {
    "0": _("Monday"),
    "1": _("Tuesday"),
    "2": _("Wednesday"),
    "3": _("Thursday"),
    "4": _("Friday"),
    "5": _("Saturday"),
    "6": _("Sunday"),
}

ATTEMPTS = Section(
    "attempts",
    _("Attempts"),
    _("How often and how far apart somebody is called whom nobody has reached yet."),
    {
        "max_attempts": Words(
            _("Attempts in a row"), _("Calls that reach nobody, before the lead rests."), unit=_("calls")
        ),
        "gaps": Words(
            _("Waits between attempts"),
            _("After the first call, after the second, and so on; the last wait repeats. Empty a row to take it out."),
            row=_("After call %(num)s"),
        ),
        "other_part_of_day": Words(
            _("Each attempt in another part of the day"),
            _("Whoever did not answer in the morning is tried in the afternoon next."),
        ),
        "rest": Words(_("Rest after the last attempt"), _("A lead that nobody reached is left alone for so long.")),
        "min_gap": Words(
            _("Least time between two contacts"),
            _("Nobody is called twice within this time, whatever else says so; a callback they asked for is made."),
        ),
    },
)

HOURS = Section(
    "hours",
    _("Calling hours"),
    _("When leads may be called, on the clock of the place where they are."),
    {
        "opens": Words(_("From"), _("The first call of the day, in the lead's own time.")),
        "closes": Words(_("To"), _("No call begins after it, in the lead's own time.")),
        "weekdays": Words(_("Days of the week"), _("On other days nobody is called."), names=_WEEK, look="ticked"),
        "holidays_of": Words(
            _("Public holidays of"),
            _("Each lead's own country counts first; this one where the country is not known."),
            empty=_("public holidays are days like others"),
        ),
        "observed": Words(
            _("Keep holidays that are suspended"),
            _("Ukraine works on its public holidays under martial law; ticked, they are free all the same."),
        ),
        "closed_days": Words(
            _("Days without calls"),
            _("The house calls nobody on these days, wherever the leads are."),
            row=_("Day %(num)s"),
            empty=_("no such days"),
        ),
        "always_open": Words(
            _("Call at any hour"), _("For a demonstration only: real people must not be called at night.")
        ),
    },
    kept=_(
        "It is in force at once for leads that begin: outside these hours nobody is called. Leads already in cold "
        "calling keep the time that their next call has, even if the new hours would let it be sooner, and plan the "
        "calls after it by the hours that they began with."
    ),
)

CALLS = Section(
    "calls",
    _("Calls and callbacks"),
    _("What callers keep and for how long, and what was promised to whom."),
    {
        "lease": Words(
            _("A caller keeps a lead for"),
            _("A lead whose caller has gone silent goes back to the queue after it. A page in use keeps its lead."),
        ),
        "callback_grace": Words(
            _("Patience with a promised callback"),
            _("So long it is kept for the caller who promised it; then whoever is free makes it."),
        ),
        "promise_within": Words(
            _("Missed callers are called back within"), _("Promised to whoever called us and was not reached.")
        ),
        "retry_after": Words(
            _("A caller without work asks again after"), _("How often the page of a waiting caller looks for a lead.")
        ),
    },
)

PACE = Section(
    "pace",
    _("Pace and supply"),
    _("How many leads are in cold calling at once, so that tier 2 neither runs dry nor drowns."),
    {
        "window": Words(_("Leads in work"), _("Of one campaign, in cold calling at one time."), unit=_("leads")),
        "batch": Words(_("Leads taken in at once"), _("At most so many each time a campaign looks."), unit=_("leads")),
        "campaign_tick": Words(_("A campaign looks every"), _("How often it takes in new leads.")),
        "stock_limit": Words(
            _("Enough waiting for tier 2"),
            _("While so many interested leads wait for a manager, campaigns take in nobody new."),
            unit=_("leads"),
        ),
        "managers_per_hour": Words(
            _("Tier 2 takes in an hour"),
            _("Interested leads that the managers take in a working hour."),
            unit=_("leads"),
            empty=_("learned from what they took"),
        ),
    },
)

SECTIONS = (ATTEMPTS, HOURS, CALLS, PACE)
KEPT = _(
    "It is in force at once for leads that begin and for everything the floor does. Leads already in cold calling keep "
    "the number of attempts and the waits of the version they began with."
)
