"""The customers' mailboxes: most mails are read and forgotten; some are answered, and some never arrive."""

from __future__ import annotations

from typing import Final

import httpx

from leadrelay.demo.day import Day

LOOK_EVERY: Final = 4.0
SHARES: Final = {"nothing": 0.68, "reply": 0.22, "away": 0.06, "bounce": 0.02, "stop": 0.02}
SAYS: Final = {
    "uk": (
        "Дякую, передзвоніть, будь ласка, у четвер після обіду.",
        "Нам підходить. Надішліть, будь ласка, договір.",
        "Скільки коштуватиме те саме, але двічі на місяць?",
    ),
    "en": (
        "Thank you. Please ring on Thursday afternoon.",
        "That suits us. Could you send the contract?",
        "What would the same cost twice a month?",
    ),
}


class Letters:
    """Everybody who gets a mail, as the mail catcher shows them."""

    def __init__(self, day: Day, mailbox: str) -> None:
        self._day = day
        self._mailbox = mailbox
        self._seen = 0

    async def turn(self) -> float:
        """Open the mails that have come since the last look. The mail catcher may be restarted meanwhile."""
        try:
            await self._open_new()
        except httpx.HTTPError:
            return LOOK_EVERY * 2
        return LOOK_EVERY

    async def _open_new(self) -> None:
        found = await self._day.http.get(f"{self._mailbox}/mails/since/{self._seen}.json")
        for mail in found.json() if found.is_success else []:
            self._seen = int(mail["number"])
            if "+" in str(mail["reply_to"]):
                await self._answer(self._seen, str(mail["subject"]))

    async def _answer(self, number: int, subject: str) -> None:
        dice = self._day.dice("letters", self._day.run, number)
        way = dice.weigh(SHARES)
        if way == "nothing":
            return
        language = "uk" if any("\u0400" <= one <= "\u04ff" for one in subject) else "en"
        form = {"way": way, "text": dice.pick(SAYS[language]) if way == "reply" else ""}
        sent = await self._day.http.post(f"{self._mailbox}/mails/{number}/answer", data=form)
        if sent.status_code < 400:
            self._day.done[f"mail {way}"] += 1
