"""Playbooks and mails that a new installation begins with: a freight forwarder's, in Ukrainian and English."""

from __future__ import annotations

from datetime import timedelta

from services.conversion.domain.playbooks import Playbook, Rule, Step
from services.conversion.domain.shipped_words import STEPS

_DAY = timedelta(hours=8)

TEMPLATES: dict[str, dict[str, tuple[str, str]]] = {
    "information-pack": {
        "uk": (
            "Наші маршрути та ціни для {{company|вас}}",
            "Добрий день, {{contact_name}}!\n\nЯк і обіцяли, надсилаємо коротко про те, що ми возимо і скільки це "
            "коштує. "
            "Ви говорили про таке: {{need|перевезення вантажів}}.\n\nЯкщо щось із цього вам підходить, дайте "
            "відповідь на "
            "цей лист або просто зачекайте: за два дні я зателефоную.\n\nЗ повагою\n{{manager}}\n{{seller}}\n",
        ),
        "en": (
            "Our routes and prices for {{company|you}}",
            "Good day {{contact_name}},\n\nas promised, here is in short what we carry and what it costs. You "
            "spoke of: "
            "{{need|freight}}.\n\nIf any of it suits you, simply answer this mail; otherwise I call in two days.\n\n"
            "With kind regards\n{{manager}}\n{{seller}}\n",
        ),
    },
    "new-season": {
        "uk": (
            "Чи змінилися ваші перевезення?",
            "Добрий день, {{contact_name}}!\n\nМинулого разу час був не той. Якщо відтоді у {{company|вас}} з’явилися "
            "нові маршрути, порахуємо їх за день.\n\nЗ повагою\n{{manager}}\n{{seller}}\n",
        ),
        "en": (
            "Have your transports changed?",
            "Good day {{contact_name}},\n\nlast time it was not the right moment. If {{company|your company}} has new "
            "routes since, we "
            "price them within a day.\n\nWith kind regards\n{{manager}}\n{{seller}}\n",
        ),
    },
    "after-the-offer": {
        "uk": (
            "Чи все зрозуміло в нашій пропозиції?",
            "Добрий день, {{contact_name}}!\n\nЧи дійшла наша пропозиція і чи все в ній зрозуміло? Якщо потрібен інший "
            "обсяг або інші терміни, напишіть — перерахуємо.\n\nЗ повагою\n{{manager}}\n{{seller}}\n",
        ),
        "en": (
            "Is everything clear in our offer?",
            "Good day {{contact_name}},\n\ndid our offer arrive, and is everything in it clear? If you need "
            "another volume "
            "or other dates, write to me and we calculate again.\n\nWith kind regards\n{{manager}}\n{{seller}}\n",
        ),
    },
}

_NEGATIVE = [Step(id="season", kind="mail", after=30 * _DAY, template="new-season")]

PLAYBOOKS: dict[str, Playbook] = {
    "warm-up": Playbook(
        entry=[
            Rule(field="reason", op="in", values=["interested", "returned", "win_back"]),
            Rule(field="stage", op="in", values=["accepted", "informing"]),
        ],
        priority=10,
        main=[
            Step(id="pack", kind="mail", template="information-pack"),
            Step(id="ask", kind="call", after=2 * _DAY, text=STEPS["ask"]),
            Step(id="again", kind="call", after=5 * _DAY, text=STEPS["again"]),
        ],
        positive=[Step(id="meet", kind="meeting", text=STEPS["meet"])],
        negative=_NEGATIVE,
    ),
    "after-the-offer": Playbook(
        entry=[Rule(field="stage", op="in", values=["offer", "negotiating"])],
        priority=20,
        main=[
            Step(id="arrived", kind="mail", after=2 * _DAY, template="after-the-offer"),
            Step(id="doubts", kind="call", after=2 * _DAY, text=STEPS["doubts"]),
        ],
        positive=[Step(id="close", kind="call", text=STEPS["close"])],
        negative=_NEGATIVE,
    ),
}
