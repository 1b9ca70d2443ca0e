"""What the fields of tier 2's policy are called, what they decide, and their units."""

from __future__ import annotations

from services.chassis.sentences import later as _
from services.chassis.web.policy_forms.words import Section, Words
from services.conversion.domain.shipped_words import LOSSES

STAGES = {
    "offered": _("offered"),
    "accepted": _("accepted"),
    "informing": _("informing"),
    "qualified": _("qualified"),
    "meeting": _("meeting"),
    "offer": _("offer"),
    "negotiating": _("negotiating"),
    "asleep": _("asleep"),
    "won": _("won"),
    "lost": _("lost"),
}
REASONS = {
    "interested": _("interested"),
    "hard_question": _("hard question"),
    "inbound": _("called us"),
    "win_back": _("to be won back"),
    "returned": _("comes back after sleep"),
}
_ASKED = {
    "need": _("what they need"),
    "volume": _("how much"),
    "products": _("which products"),
    "authority": _("who decides"),
    "timing": _("by when"),
    "current_supplier": _("who supplies them now"),
    "meeting_held": _("a meeting was held"),
    "offer_sent": _("an offer was sent"),
    "offer_accepted": _("an offer was accepted"),
}
_DAYS = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
}
_ROLES = {"manager": _("a manager"), "supervisor": _("a supervisor")}

HOURS = Section(
    "hours",
    _("Opening hours"),
    _("When the tier works. Every deadline that is not said to be calendar time runs in these hours only."),
    {
        "calendar": Words(_("Calendar"), _("One time zone for the whole tier.")),
        "calendar.timezone": Words(_("Time zone"), _("The city whose clock the tier goes by, such as Europe/Kyiv.")),
        "calendar.week": Words(
            _("Hours of the week"),
            _("As many stretches a day as you like, such as 09:00 to 13:00 and 14:00 to 18:00; 24:00 ends a day."),
            names=_DAYS,
            row=_("Stretch %(num)s"),
            empty=_("closed"),
        ),
        "calendar.week.opens": Words(_("From"), _("Such as 09:00."), look="clock"),
        "calendar.week.closes": Words(_("To"), _("Such as 18:00; 24:00 is the end of the day."), look="clock"),
        "calendar.country": Words(
            _("Public holidays of"), _("Days on which nobody works."), empty=_("public holidays are days of work")
        ),
        "calendar.closed_on": Words(
            _("Days off"), _("The tier is closed on these days."), row=_("Day %(num)s"), empty=_("no such days")
        ),
        "calendar.observed": Words(
            _("Keep holidays that are suspended"),
            _("Ukraine works on its public holidays under martial law; ticked, they are free all the same."),
        ),
    },
)

HAND_OVER = Section(
    "hand-over",
    _("New leads"),
    _("How long a manager has to accept a lead, and what happens when nobody does."),
    {
        "accept_within": Words(
            _("Accept within"),
            _("Working time from the offer to the answer, by why the lead comes."),
            names=REASONS,
        ),
        "max_offers": Words(
            _("Managers asked"), _("So many are asked one after the other, then the supervisor."), unit=_("managers")
        ),
        "supervisor_within": Words(
            _("The supervisor acts within"), _("On a lead that no manager has taken. Working time.")
        ),
        "fair_share_over": Words(_("Fair share over"), _("Offers of so many days count for whose turn it is.")),
        "overflow_after": Words(
            _("A lead waits for a free manager"), _("At most for so long; then whoever is named below takes it.")
        ),
        "overflow_owner": Words(
            _("Takes what waited too long"),
            _("A manager who gets it, full or not."),
            look="person",
            empty=_("nobody; the supervisor is told"),
        ),
    },
)

STEPS = Section(
    "steps",
    _("Next steps"),
    _("When the next step of a deal is due, unless the manager sets a date."),
    {
        "first_step_within": Words(_("First step"), _("Working time from accepting a lead to its first step.")),
        "next_step_within": Words(
            _("After each step"),
            _("Working time to the next one."),
            names={
                "informed": _("after informing"),
                "qualified": _("after qualifying"),
                "meeting_held": _("after a meeting"),
                "meeting_failed": _("after a meeting that fell through"),
                "approval": _("after a discount was decided"),
                "offer_refused": _("after an offer was refused"),
                "offer_accepted": _("after an offer was accepted"),
                "stage_set": _("after a move to another stage"),
            },
        ),
        "remind_every": Words(_("Remind every"), _("Of a step that is overdue. Working time.")),
        "max_reminders": Words(
            _("Reminders"), _("Of one overdue step, before the supervisor hears of it."), unit=_("reminders")
        ),
        "stale_after": Words(
            _("Standing still"),
            _("A deal that stays in a stage longer is marked, however often its step was moved. Empty: never."),
            names=STAGES,
            rows=("accepted", "informing", "qualified", "meeting", "offer", "negotiating"),
        ),
    },
)

STAGE = Section(
    "stages",
    _("Stages and losses"),
    _("What must be known before a deal moves on, and why deals are lost."),
    {
        "entry": Words(
            _("Before a stage"),
            _("A deal is refused at a stage until this is known or done."),
            names=STAGES | _ASKED,
            look="ticked",
            rows=("informing", "qualified", "meeting", "offer", "negotiating", "won"),
        ),
        "loss_reasons": Words(
            _("Reasons for losing a deal"),
            _("What a manager chooses from. Empty a row to take it out; deals that were lost keep their reason."),
            key=_("Short name"),
        ),
        "loss_reasons.text": Words(
            _("Reason"),
            _("As a manager reads it."),
            names={text: text for text in LOSSES.values()},
            look="shipped",
        ),
        "loss_reasons.rest": Words(
            _("Sleeps for"),
            _("After it the deal is offered again. Calendar time."),
            empty=_("lost for good"),
        ),
    },
)

OFFERS = Section(
    "offers",
    _("Offers and discounts"),
    _("What managers may give away alone, how long offers hold, and what stands on them."),
    {
        "discount_limit": Words(
            _("Discount without approval"),
            _("The most that somebody gives alone, on any line."),
            unit="%",
            names=_ROLES,
            rows=("manager", "supervisor"),
        ),
        "approve_within": Words(_("Decide on a discount within"), _("Working time; then somebody else is asked.")),
        "approval_escalate_to": Words(
            _("Asked when it is late"),
            _("A supervisor who decides instead."),
            look="person",
            empty=_("nobody else"),
        ),
        "offer_valid_for": Words(_("An offer holds for"), _("Calendar time, unless the manager says otherwise.")),
        "offer_warn_before": Words(_("Warn before it runs out"), _("Calendar time before the end.")),
        "tax_percent": Words(_("Tax"), _("Added to net prices of offers."), unit="%"),
        "seller": Words(_("Letterhead"), _("Who sells: one line each, as it stands on the offer."), look="lines"),
    },
)

MEETINGS = Section(
    "meetings",
    _("Meetings and playbooks"),
    _("How long meetings take, who is reminded of them, and the steps that warm a lead up."),
    {
        "meeting_minutes": Words(_("A meeting takes"), _("Unless another length is chosen."), unit=_("minutes")),
        "hold_for": Words(
            _("A free time is kept for"), _("While a caller talks with the lead about it, nobody else gets it.")
        ),
        "remind_before": Words(
            _("Mails before a meeting"),
            _("So long before it the lead gets a reminder. Empty a row to take it out."),
            row=_("Reminder %(num)s"),
            empty=_("no reminders"),
        ),
        "playbook_min_gap": Words(
            _("Least time between two steps"), _("Of all playbooks that touch one lead. Working time.")
        ),
        "playbook_on_accept": Words(
            _("Begin a playbook at once"), _("An accepted lead enters the playbook that fits it best.")
        ),
    },
)

COMMISSION = Section(
    "commission",
    _("Commission"),
    _("What each tier earns by a sale, of its net value. Closing always earns more than finding."),
    {
        "commission": Words(
            _("Rates"), _("Together at most 100 %. Sales that were made keep the rates of their time.")
        ),
        "commission.sourced": Words(_("For finding the lead"), _("Tier 1, the caller."), unit="%"),
        "commission.closed": Words(_("For the sale"), _("Tier 2, the manager."), unit="%"),
        "commission.kept": Words(_("For a further order"), _("Tier 3, the account manager."), unit="%"),
    },
)

SECTIONS = (HOURS, HAND_OVER, STEPS, STAGE, OFFERS, MEETINGS, COMMISSION)
KEPT = _(
    "It is in force at once for deals that begin and for what belongs to no deal, such as free times. Deals under way "
    "keep the version they began with, and sales that were made keep their commission."
)
