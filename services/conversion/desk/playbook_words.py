"""What the conditions and steps of playbooks are called, and what somebody meant who typed their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from services.chassis.errors import Invalid
from services.chassis.sentences import later as _
from services.chassis.web.formats import LOCALES, locale_of
from services.chassis.web.words import words_of
from services.conversion.desk.policy_words import REASONS, STAGES
from services.conversion.domain.playbooks import Playbook, Rule, Step, Track
from services.conversion.domain.shipped_words import as_shipped, in_words
from services.conversion.domain.typed_lengths import written_length

_NAMED = {"stage": STAGES, "reason": REASONS}
_FACTS = {
    "stage": _("stage"),
    "reason": _("why they came"),
    "segment": _("segment"),
    "language": _("language"),
    "region": _("region"),
    "industry": _("trade"),
    "campaign_id": _("campaign"),
    "needs": _("needs"),
    "email": _("e-mail"),
}
_OPS = {"in": _("is one of"), "not_in": _("is none of"), "known": _("is known"), "unknown": _("is not known")}
_KINDS = {"call": _("call"), "mail": _("mail"), "meeting": _("meeting"), "wait": _("wait")}
Key = TypeVar("Key", bound=str)
_TRACKS: Mapping[Track, str] = {"main": _("Steps"), "positive": _("After a good answer"), "negative": _("After a no")}
Named = tuple[tuple[str, str], ...]


def called(name: str) -> str:
    """A short name as words: `after-the-fair` as After the fair."""
    plain = name.replace("-", " ").replace("_", " ")
    return plain[:1].upper() + plain[1:]


@dataclass(frozen=True)
class PlaybookWords:
    """The words in one language."""

    language: str

    def of(self, words: Mapping[Key, str]) -> Named:
        """What a select offers."""
        return tuple((name, self.says(text)) for name, text in words.items())

    def says(self, text: str) -> str:
        """A sentence of ours in this language."""
        return words_of(self.language).gettext(text)

    @property
    def facts(self) -> Named:
        """What conditions ask about."""
        return self.of(_FACTS)

    @property
    def ops(self) -> Named:
        """How they ask."""
        return self.of(_OPS)

    @property
    def kinds(self) -> Named:
        """What steps are."""
        return self.of(_KINDS)

    @property
    def tracks(self) -> Named:
        """The tracks by their headings."""
        return self.of(_TRACKS)

    def choices(self, field: str) -> list[str]:
        """The values that a fact can have, where there are only so many."""
        return [self.says(text) for text in _NAMED.get(field, {}).values()]

    def value(self, field: str, stored: str) -> str:
        """A value of a fact in words."""
        if field == "language":
            return str(locale_of(self.language).languages.get(stored, stored))
        return self.says(_NAMED[field][stored]) if stored in _NAMED.get(field, {}) else stored

    def meant(self, field: str, typed: str) -> str:
        """The stored value for what was typed: its words in any of our languages, or itself. Raises Invalid."""
        wanted = typed.casefold()
        for stored, names in self._known(field).items():
            if wanted in names:
                return stored
        if field in _NAMED:
            choices = ", ".join(self.choices(field))
            raise Invalid(f"“{typed}” is none of these: {choices}")
        return typed

    def _known(self, field: str) -> dict[str, set[str]]:
        if field == "language":
            tongues = [locale_of(language).languages for language in LOCALES]
            codes = [str(code) for code in tongues[0]]
            return {code: {code, *(str(names.get(code, code)).casefold() for names in tongues)} for code in codes}
        named = _NAMED.get(field, {})
        tongues_said = [words_of(language).gettext for language in LOCALES]
        return {stored: {stored, *(say(text).casefold() for say in tongues_said)} for stored, text in named.items()}

    def written(self, playbook: Playbook) -> str:
        """A playbook as lines, for differences."""
        priority = self.says("Priority %(num)s") % {"num": playbook.priority}
        rules = [self._rule(rule) for rule in playbook.entry]
        tracks = [
            line for track, title in _TRACKS.items()
            for line in (f"{self.says(title)}:", *map(self._step, playbook.track(track)))
        ]  # fmt: skip
        return "\n".join([priority, *rules, *tracks])

    def step(self, text: str) -> str:
        """What a step says: what came with the product in this language, anything else as it was written."""
        return in_words(text, self.says)

    def kept(self, typed: str) -> str:
        """What is kept of a step's text that was typed."""
        return as_shipped(typed, [words_of(language).gettext for language in LOCALES])

    def _rule(self, rule: Rule) -> str:
        values = ", ".join(self.value(rule.field, one) for one in rule.values)
        return f"{self.says(_FACTS[rule.field])} {self.says(_OPS[rule.op])} {values}".strip()

    def _step(self, step: Step) -> str:
        what = called(step.template) if step.kind == "mail" and step.template else self.step(step.text)
        return f"{self.says(_KINDS[step.kind])} +{written_length(step.after)} {what or ''}".strip()
