"""One department at work, as a SimPy model: who takes which work next, how long it takes, and what comes of it.

Times are minutes from the Monday on which the plan begins. Everybody takes, of what is his, the warmest first: an
interested lead, a talk that is due, a customer who is due, and then the next dial.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from simpy import Environment, Event

from services.ops.domain.planner.assumptions import WORKING_DAYS, House, People
from services.ops.domain.planner.luck import DAY, DAY_BEGINS, WEEK, Luck

# The cadence of design and product: at most six dials, each later than the one before.
RETRY_AFTER = (45.0, 240.0, DAY, 2 * DAY, 5 * DAY)
# Dials without an answer are taken in bouts: nothing else in the department depends on the single one.
BOUT = 10.0
# Whoever has nothing to do looks at his lists again after so many minutes; a hand-over is heard at once.
LOOKS_AGAIN = 5.0
ON_TIME = 3 * DAY
MISSES = 3
NEVER = float("inf")

Step = tuple[float, Callable[[Any], None] | None, Any]


@dataclass
class Tally:
    """What came of the weeks. Times are minutes: at work by kind, and sums of ages at first talk and of waits."""

    talks: int = 0
    age: float = 0.0
    interested: int = 0
    waits: float = 0.0
    met: int = 0
    cooled: int = 0
    sales: int = 0
    orders: int = 0
    dials: int = 0
    idle: float = 0.0
    calling: float = 0.0
    closing: float = 0.0
    keeping: float = 0.0

    def forget(self) -> None:
        """Begin to count anew."""
        vars(self).update(vars(Tally()))


@dataclass
class CallList:
    """Leads to dial, shared by whoever calls them."""

    fresh: deque[int] = field(default_factory=deque)
    retries: list[tuple[float, int, int]] = field(default_factory=list)


@dataclass
class Stock:
    """Interested leads that nobody has talked to yet, with the time since when; and who waits for one."""

    leads: deque[tuple[float, int]] = field(default_factory=deque)
    bells: list[Event] = field(default_factory=list)

    def add(self, now: float, lead: int) -> None:
        """One more: everybody who waits looks up."""
        self.leads.append((now, lead))
        self.ring()

    def ring(self) -> None:
        """Wake whoever waits."""
        for bell in self.bells:
            _ring(bell)
        self.bells.clear()


def _ring(bell: Event) -> None:
    if not bell.triggered:
        bell.succeed()


@dataclass(slots=True)
class Person:
    """Somebody at work. What a person does not do is None; `wins` and `dials` are beside a manager's and a caller's."""

    env: Environment
    luck: Luck
    tally: Tally
    shifts: Iterator[tuple[float, float]]
    calls: CallList | None = None
    hands_over_to: Stock | None = None
    stock: Stock | None = None
    keeps: bool = False
    wins: float = 1.0
    dials: float = 1.0
    switch: float = 0.0
    keeper: Callable[[], Person] | None = None
    due_talks: list[tuple[float, int, int]] = field(default_factory=list)
    due_customers: list[tuple[float, int, int, int]] = field(default_factory=list)
    open_deals: int = 0
    last: str = ""

    def live(self) -> Generator[Event, None, None]:
        """Every shift, one piece of work after another."""
        env = self.env
        for start, end in self.shifts:
            if env.now < start:
                yield env.timeout(start - env.now)
            while (now := env.now) < end:
                step = self._next(now)
                if step is None:
                    yield from self._wait(now, end)
                    continue
                minutes, done, subject = step
                yield env.timeout(minutes)
                if done is not None:
                    done(subject)

    def _next(self, now: float) -> Step | None:
        """The warmest first. Asked a hundred thousand times a run, so each kind is asked for before it is called."""
        if self.stock is not None and self.stock.leads and self.open_deals < self.luck.rates["open_deals"]:
            return self._meet(self.stock, now)
        if self.due_talks and self.due_talks[0][0] <= now:
            return self._follow()
        if self.keeps and self.due_customers and self.due_customers[0][0] <= now:
            return self._care()
        return self._dial(self.calls, now) if self.calls is not None else None

    def _wait(self, began: float, end: float) -> Generator[Event, None, None]:
        until = self.env.timeout(min(end, max(self._due(), began + LOOKS_AGAIN)) - began)
        if self.stock is None:
            yield until
        else:
            bell = self.env.event()
            self.stock.bells.append(bell)
            # Cheaper than SimPy's condition of two events, and this is done a hundred thousand times a plan.
            until.callbacks.append(lambda _: _ring(bell))
            yield bell
        self.tally.idle += self.env.now - began

    def _due(self) -> float:
        """When something of this person's becomes due by itself."""
        talk = self.due_talks[0][0] if self.due_talks else NEVER
        due = min(talk, self.due_customers[0][0] if self.due_customers else NEVER)
        if self.calls is None:
            return due
        retries, fresh = self.calls.retries, self.calls.fresh
        return min(due, retries[0][0] if retries else NEVER, self.luck.arrives[fresh[0]] if fresh else NEVER)

    def _takes(self, kind: str, minutes: float) -> float:
        """How long it takes, with the loss of changing over from another kind of work."""
        if self.switch and self.last not in ("", kind):
            minutes += self.switch
        self.last = kind
        tally = self.tally
        if kind == "calling":
            tally.calling += minutes
        elif kind == "closing":
            tally.closing += minutes
        else:
            tally.keeping += minutes
        return minutes

    def _meet(self, stock: Stock, now: float) -> Step:
        since, lead = stock.leads.popleft()
        self.open_deals += 1
        self.tally.waits += now - since
        self.tally.met += 1
        return self._takes("closing", self.luck.first_minutes[lead]), self._met, (lead, now - since)

    def _met(self, met: tuple[int, float]) -> None:
        lead, waited = met
        if self.luck.temper[lead] >= (1 - self.luck.rates["cooled_a_day"]) ** (waited / DAY):
            self.tally.cooled += 1
            self.open_deals -= 1
        else:
            self._go_on(lead, self.luck.touches[lead])

    def _go_on(self, lead: int, touches: int) -> None:
        if touches > 0:
            heappush(self.due_talks, (self.env.now + self.luck.rates["touch_gap_days"] * DAY, lead, touches))
            return
        self.open_deals -= 1
        if self.luck.decision[lead] < self.luck.rates["won"] * self.wins:
            self.tally.sales += 1
            if self.keeper is not None:
                self.keeper().keep(lead)

    def _follow(self) -> Step:
        _, lead, touches = heappop(self.due_talks)
        return self._takes("closing", self.luck.rates["touch_minutes"]), self._followed, (lead, touches - 1)

    def _followed(self, talk: tuple[int, int]) -> None:
        self._go_on(*talk)

    def keep(self, customer: int, first: float | None = None) -> None:
        """This customer is mine from now on; `first` is when he is due, after one of his cycles if not given."""
        due = self.env.now + self._cycle(customer, 0) if first is None else first
        heappush(self.due_customers, (due, customer, 0, 0))

    def _cycle(self, customer: int, visit: int) -> float:
        return self.luck.rates["cycle_days"] * DAY * self.luck.purchase(customer, visit)[1]

    def _care(self) -> Step:
        return self._takes("keeping", self.luck.rates["care_minutes"]), self._cared, heappop(self.due_customers)

    def _cared(self, customer: tuple[float, int, int, int]) -> None:
        due, who, visit, misses = customer
        chance = "reminded" if self.env.now - due <= ON_TIME else "not_reminded"
        ordered = self.luck.purchase(who, visit)[0] < self.luck.rates[chance]
        self.tally.orders += ordered
        misses = 0 if ordered else misses + 1
        if misses < MISSES:
            heappush(self.due_customers, (self.env.now + self._cycle(who, visit + 1), who, visit + 1, misses))

    def _dial(self, calls: CallList, now: float) -> Step | None:
        minutes, one = 0.0, self.luck.rates["dial_minutes"] / self.dials
        answers_at, arrives, retries, fresh = self.luck.answers_at, self.luck.arrives, calls.retries, calls.fresh
        while minutes < BOUT:
            if retries and retries[0][0] <= now + minutes:
                _, lead, attempt = heappop(retries)
            elif fresh and arrives[fresh[0]] <= now + minutes:
                lead, attempt = fresh.popleft(), 1
            else:
                break
            minutes += one
            self.tally.dials += 1
            if answers_at[lead] == attempt:
                return self._takes("calling", minutes + self.luck.talk_minutes[lead]), self._talked, lead
            if attempt <= len(RETRY_AFTER):
                heappush(retries, (now + minutes + RETRY_AFTER[attempt - 1], lead, attempt + 1))
        return (self._takes("calling", minutes), None, None) if minutes else None

    def _talked(self, lead: int) -> None:
        self.tally.talks += 1
        self.tally.age += self.env.now - self.luck.arrives[lead]
        if self.luck.interest[lead] < self.luck.rates["interested"] and self.hands_over_to is not None:
            self.tally.interested += 1
            self.hands_over_to.add(self.env.now, lead)


def shifts(people: People, number: int, weeks: int) -> Iterator[tuple[float, float]]:
    """When the person of this number works: short weeks are four days, and not the same ones for everybody."""
    days = 4 if people.hours_a_week <= 20 else WORKING_DAYS
    minutes = people.hours_a_week * 60 / days
    off = number % WORKING_DAYS if days < WORKING_DAYS else -1
    # Part of the short shifts are in the morning, part after noon.
    begins = DAY_BEGINS if minutes > 300 or number % 2 == 0 else DAY_BEGINS + 240
    for week in range(weeks):
        for day in range(WORKING_DAYS):
            if day != off:
                start = week * WEEK + day * DAY + begins
                yield start, start + minutes


def live_through(house: House, people: list[Person]) -> None:
    """Let everybody work to the end of the plan; customers who were never reached buy by themselves, or do not."""
    env = people[0].env
    for person in people:
        env.process(person.live())
    end = house.weeks * WEEK
    if house.warm_up_weeks:
        env.run(until=house.warm_up_weeks * WEEK)
        people[0].tally.forget()
    env.run(until=end)
    for person in people:
        for due, customer, visit, _ in person.due_customers:
            if end - due > ON_TIME:
                person.tally.orders += person.luck.purchase(customer, visit)[0] < person.luck.rates["not_reminded"]
