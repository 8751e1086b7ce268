"""What a phone sends anyway: a look for a way out, the time, news when an app opens, the weather."""

from __future__ import annotations

from typing import Any

from vitne.lab import home, web

CHECK, CLOCK, PUSH = "connectivity.example", "time.example", "push.market.example"
PAGES = {
    "com.example.avisa": ("www.avisa.example", "/"),
    "com.example.vaer": ("api.vaer.example", "/v1/weather?place=Trondheim"),
    "com.example.kart": ("tiles.kart.example", "/t/12/2170/1190.png"),
    "com.example.post": ("mail.post.example", "/sync"),
}


class Ordinary:
    """The background against which all else is seen."""

    name = "ordinary"

    def __init__(self, handset: Any) -> None:
        self.handset = handset
        self.started = False

    def happened(self, kind: str, detail: str) -> None:
        """React as the system and its apps do."""
        draw = self.handset.chance.uniform
        if kind == "boot" and not self.started:
            self.started = True
            self.handset.at(12.0, self._push)
            self.handset.at(draw(600, 1200), self._weather)
        if kind == "boot":
            self.handset.at(11.0, lambda: self.handset.go(self._time()))
        if kind == "network-connected":
            self.handset.at(
                draw(0.1, 0.6), lambda: self.handset.go(self._get(CHECK, "/generate_204", "network"))
            )
        if kind == "app-foreground" and detail in PAGES:
            host, path = PAGES[detail]
            self.handset.at(draw(0.2, 1.0), lambda: self.handset.go(self._get(host, path, "app")))

    def _push(self) -> None:
        self.handset.go(self._get(PUSH, "/alive", "timer"))
        self.handset.at(self.handset.chance.uniform(800, 1000), self._push)

    def _weather(self) -> None:
        self.handset.go(self._get("api.vaer.example", "/v1/weather?place=Trondheim", "timer"))
        self.handset.at(self.handset.chance.uniform(2400, 4800), self._weather)

    async def _get(self, host: str, path: str, why: str) -> None:
        self.handset.note(sender=self.name, host=host, why=why)
        await self.handset.tell(host, 80, web.get(host, path, self.handset.phone))

    async def _time(self) -> None:
        self.handset.note(sender=self.name, host=CLOCK, why="boot")
        now = self.handset.orders.start_ns + round(self.handset.now * 1e9)
        await self.handset.cast(CLOCK, 123, home.ntp(3, now))


sender = Ordinary
