"""What the fields of tier 3's policy are called, what they decide, and their units."""

from __future__ import annotations

from services.chassis.sentences import later as _
from services.chassis.web.policy_forms.words import Section, Words

_WAYS = {"call": _("by call"), "mail": _("by mail"), "both": _("by mail and call"), "post": _("by post")}

HOURS = Section(
    "hours",
    _("Hours and days"),
    _("The tier's own clock, and when customers may be contacted."),
    {
        "timezone": Words(
            _("Time zone"), _("Working days, months and days in reports and texts go by it, such as Europe/Kyiv.")
        ),
        "contact_hours": Words(
            _("Contact hours"),
            _("Outside of them no mail goes out and no reminder is planned, in the customer's own time."),
            empty=_("at any time"),
        ),
        "contact_hours.begin": Words(_("From"), _("On the customer's clock.")),
        "contact_hours.end": Words(_("To"), _("On the customer's clock.")),
        "working_days_only": Words(_("On working days only"), _("Nobody is reminded on a weekend or a holiday.")),
        "holidays_of": Words(
            _("Public holidays of"), _("They count as days off."), empty=_("public holidays are days of work")
        ),
        "observed": Words(
            _("Keep holidays that are suspended"),
            _("Ukraine works on its public holidays under martial law; ticked, they are free all the same."),
        ),
    },
)

REMINDERS = Section(
    "reminders",
    _("Reminders of the next purchase"),
    _("When a customer is called about the order that their rhythm says is due."),
    {
        "nudge_ahead": Words(_("Remind ahead by"), _("So long before the expected order.")),
        "nudge_gap": Words(_("Never closer than"), _("Two reminders of one customer are at least so far apart.")),
        "default_interval": Words(_("Rhythm of a new customer"), _("Until a second order shows their own.")),
        "shortest_interval": Words(_("Shortest rhythm"), _("Nobody is expected to buy more often than this.")),
        "longest_interval": Words(_("Longest rhythm"), _("Nobody is expected to buy more rarely than this.")),
        "answer_within": Words(
            _("Call within"), _("So long a reminder waits on somebody's list before it is called late.")
        ),
        "max_escalations": Words(
            _("Times it is passed up"),
            _("A reminder that nobody answers goes to the supervisor so often, then it is let go."),
            unit=_("times"),
        ),
        "ask_again_within": Words(
            _("Later is at most"), _("How far ahead a customer who says “later” may be asked again.")
        ),
        "fit_every": Words(_("Forecasts are made anew every"), _("From all orders; at night is enough.")),
        "hold_out": Words(
            _("Left out by a draw"),
            _("So many reminders are not sent, to measure what reminders do."),
            look="share",
        ),
    },
)

RISK = Section(
    "risk",
    _("Customers who may leave"),
    _("When somebody is asked to look after a customer who has gone quiet."),
    {
        "risk_below": Words(
            _("At risk below"), _("The chance that they buy again; below it they are at risk."), look="share"
        ),
        "risk_every": Words(_("At most every"), _("One customer is put on the list so often.")),
        "risks_per_night": Words(
            _("New ones in a night"), _("The most valuable first, the others wait."), unit=_("customers")
        ),
        "care_starts_per_second": Words(
            _("Imported customers a second"),
            _("How fast their care begins after an import."),
            unit=_("customers"),
        ),
    },
)

MONEY = Section(
    "money",
    _("Invoices and reminders of payment"),
    _("When invoices fall due, how late payers are reminded, and what may be written off."),
    {
        "payment_term": Words(_("Due after"), _("From the day of issue, unless the customer has terms of their own.")),
        "dunning_gaps": Words(
            _("Waits between reminders of payment"),
            _("After the first, after the second, and so on. After the last wait the supervisor takes over."),
            row=_("After reminder %(num)s"),
        ),
        "dunning_by": Words(
            _("How each one goes out"),
            _("The last way holds for all further ones."),
            names=_WAYS,
            row=_("Reminder %(num)s"),
        ),
        "write_off_limits": Words(
            _("Write-offs"),
            _("The most that may be written off of one invoice, by currency. A currency that is not there: nothing."),
        ),
        "write_off_limits.account_manager": Words(
            _("By an account manager"), _("Never more than a supervisor."), key=_("Currency"), unit=""
        ),
        "write_off_limits.supervisor": Words(
            _("By a supervisor"), _("Three letters and an amount, such as UAH 2000."), key=_("Currency"), unit=""
        ),
    },
)

KEEPING = Section(
    "keeping",
    _("How long documents are kept"),
    _("Of a customer who was erased. The law says how long; ask your accountant."),
    {
        "retention": Words(_("Years"), _("After the end of the year of issue.")),
        "retention.invoices": Words(_("Invoices"), _("After the end of their year."), unit=_("years")),
        "retention.credit_notes": Words(_("Credit notes"), _("After the end of their year."), unit=_("years")),
        "retention.payments": Words(_("Payments"), _("After the end of their year."), unit=_("years")),
        "retention.orders": Words(_("Orders"), _("After the end of their year."), unit=_("years")),
    },
)

SECTIONS = (HOURS, REMINDERS, RISK, MONEY, KEEPING)
KEPT = _(
    "It is in force at once. Invoices keep the due date they were issued with, planned reminders the time they have, "
    "and customers in care the number of reminders that their care began with."
)
