"""What the demo world knows of a company, a person and an opportunity."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Company:
    """A customer or supplier; ``key`` is how persons point at it."""

    key: str
    name: str
    domain: str
    street: str
    zip: str
    city: str
    country: str
    phone: str
    language: str


@dataclass(frozen=True)
class Person:
    """Somebody who writes mail.

    ``language`` is the language this person writes in ("it" or "en"), ``client``
    the mail program used ("gmail", "outlook", "apple", "thunderbird"), which
    decides how a reply quotes, and ``zone`` where the clock stands ("rome",
    "london", "newyork").
    """

    name: str
    email: str
    job: str
    phone: str
    city: str
    language: str
    company: str = ""
    client: str = "gmail"
    zone: str = "rome"

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]


@dataclass(frozen=True)
class Salesperson:
    """A user of the CRM; the password of the demo login equals the login."""

    login: str
    person: Person
    ui_language: str


@dataclass(frozen=True)
class Opportunity:
    """``stage`` is one of New, Qualified, Proposition, Won, Lost."""

    contact: str
    title: str
    stage: str
    revenue: int
    owner: str
