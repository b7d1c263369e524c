"""Writes the cast into Odoo: users, companies, contacts, opportunities.

``seed(env, mail, url)`` runs in an Odoo shell (``mail``: that of the state file,
``url``: Odoo's own); the caller commits. Whatever exists already is found again (users
by login, companies by name, contacts by address, opportunities by contact and title)
and left as somebody may have changed it.
"""

from typing import Any

from .cast import (
    ADMIN_EMAIL,
    COLLEAGUES,
    COMPANIES,
    CONTACTS,
    HOUSE,
    OPPORTUNITIES,
    SALESPEOPLE,
)
from .people import Company, Opportunity, Person, Salesperson

# No mails, no log lines and no followers while seeding.
_QUIET = {
    "no_reset_password": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_notrack": True,
    "tracking_disable": True,
    "lang": "en_US",
}
_LANGUAGES = {"it": "it_IT", "en": "en_US"}
# Position of a stage in the pipeline by its word; Won is found by its own mark.
_STAGES = ("New", "Qualified", "Proposition")
# Chances in per cent; what Odoo works out from so few opportunities is no guide.
_CHANCES = {"New": 15, "Qualified": 35, "Proposition": 60, "Won": 100, "Lost": 20}
# From this revenue on an opportunity has that many stars.
_STARS = ((40000, "2"), (20000, "1"))


def seed(env: Any, mail: dict[str, Any] | None = None, url: str = "") -> None:
    """Bring the whole cast into the database; may be run again at any time."""
    env = env(context={**env.context, **_QUIET})
    _language(env, "it_IT")
    # The demo's mail servers are on this machine, where users may not connect to
    # unless the administrator allows it.
    env["ir.config_parameter"].set_param("crm_mail_accounts.allowed_hosts", "localhost")
    users = {one.login: _user(env, one) for one in SALESPEOPLE}
    _team(env, users)
    admin = env.ref("base.user_admin")
    if admin.email != ADMIN_EMAIL:
        admin.email = ADMIN_EMAIL
    if env.company.name in ("My Company", "YourCompany"):
        env.company.write({"name": HOUSE.name, "phone": HOUSE.phone})
        env.company.partner_id.write(_place(env, HOUSE))
    companies = {one.key: _company(env, one) for one in COMPANIES}
    companies[HOUSE.key] = env.company.partner_id
    for person in (*CONTACTS, *COLLEAGUES):
        _contact(env, person, companies)
    for opportunity in OPPORTUNITIES:
        _opportunity(env, opportunity, users)
    if mail:
        _sign_in(env, mail)
    if url:
        env["ir.config_parameter"].set_param("web.base.url", url)


def _sign_in(env: Any, mail: dict[str, Any]) -> None:
    """A provider that is signed in to, as at Microsoft, on the demo's own servers."""
    oauth, ports = mail["oauth"], mail["ports"]
    parameters = env["ir.config_parameter"]
    for name in ("id", "secret"):
        parameters.set_param(
            f"microsoft_outlook_client_{name}", oauth[f"client_{name}"]
        )
    endpoint = f"{oauth['endpoint']}microsoft/"
    parameters.set_param("microsoft_outlook.endpoint", endpoint)
    values = {
        "name": "Demo sign-in (OAuth2)",
        "oauth": "microsoft",
        "auth_method": "oauth2",
        "imap_host": mail["host"],
        "imap_port": ports["imaps"],
        "imap_security": "tls",
        "smtp_host": mail["host"],
        "smtp_port": ports["submissions"],
        "smtp_security": "tls",
    }
    providers = env["crm.mail.provider"]
    known = providers.search([("name", "=", values["name"])])
    if known:
        known.write(values)
    else:
        providers.create(values)


def _language(env: Any, code: str) -> None:
    """Have the language, with the translations of what is installed."""
    language = env["res.lang"].with_context(active_test=False)
    language = language.search([("code", "=", code)], limit=1)
    if not language.active:
        wizard = env["base.language.install"].create({"lang_ids": language.ids})
        wizard.lang_install()


def _user(env: Any, one: Salesperson) -> Any:
    """A salesperson who sees own documents only; the password equals the login."""
    users = env["res.users"].with_context(active_test=False)
    user = users.search([("login", "=", one.login)], limit=1)
    groups = env.ref("base.group_user") + env.ref("sales_team.group_sale_salesman")
    if not user:
        user = users.create(
            {
                "name": one.person.name,
                "login": one.login,
                "password": one.login,
                "email": one.person.email,
                "phone": one.person.phone,
                "lang": one.ui_language,
                "tz": "Europe/Rome",
                "group_ids": [(6, 0, groups.ids)],
            }
        )
        user.partner_id.function = one.person.job
    return user


def _team(env: Any, users: dict[str, Any]) -> None:
    """Both belong to the default sales team."""
    team = env.ref("sales_team.team_sales_department", raise_if_not_found=False)
    if not team:
        return
    for user in users.values():
        if user not in team.crm_team_member_ids.user_id:
            env["crm.team.member"].create({"crm_team_id": team.id, "user_id": user.id})


def _place(env: Any, company: Company) -> dict[str, Any]:
    country = env["res.country"].search([("code", "=", company.country)], limit=1)
    return {
        "street": company.street,
        "zip": company.zip,
        "city": company.city,
        "country_id": country.id,
        "website": f"https://www.{company.domain}",
    }


def _company(env: Any, company: Company) -> Any:
    partners = env["res.partner"].with_context(active_test=False)
    domain = [("name", "=", company.name), ("is_company", "=", True)]
    return partners.search(domain, limit=1) or partners.create(
        {
            "name": company.name,
            "is_company": True,
            "email": f"info@{company.domain}",
            "phone": company.phone,
            "lang": _LANGUAGES[company.language],
            **_place(env, company),
        }
    )


def _contact(env: Any, person: Person, companies: dict[str, Any]) -> Any:
    partners = env["res.partner"].with_context(active_test=False)
    found = partners.search([("email", "=ilike", person.email)], limit=1)
    values = {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "function": person.job,
        "lang": _LANGUAGES[person.language],
    }
    if person.company:
        values["parent_id"] = companies[person.company].id
    else:
        values["city"] = person.city
    return found or partners.create(values)


def _opportunity(env: Any, one: Opportunity, users: dict[str, Any]) -> Any:
    leads = env["crm.lead"].with_context(active_test=False)
    partner = env["res.partner"].search([("email", "=ilike", one.contact)], limit=1)
    domain = [("name", "=", one.title), ("partner_id", "=", partner.id)]
    if found := leads.search(domain, limit=1):
        return found
    lead = leads.create(
        {
            "type": "opportunity",
            "name": one.title,
            "partner_id": partner.id,
            "user_id": users[one.owner].id,
            "stage_id": _stage(env, one.stage).id,
            "expected_revenue": one.revenue,
            "probability": _CHANCES[one.stage],
            "priority": next((s for least, s in _STARS if one.revenue >= least), "0"),
        }
    )
    if one.stage == "Won":
        lead.action_set_won()
    elif one.stage == "Lost":
        reason = env["crm.lost.reason"].search([], order="id", limit=1)
        lead.action_set_lost(lost_reason_id=reason.id)
    return lead


def _stage(env: Any, word: str) -> Any:
    """The stage of that word by its place in the pipeline, whatever its name."""
    stages = env["crm.stage"].search([("team_ids", "=", False)], order="sequence, id")
    if word == "Won":
        return stages.filtered("is_won")[:1]
    open_stages = stages - stages.filtered("is_won")
    position = _STAGES.index(word) if word in _STAGES else 1
    return open_stages[min(position, len(open_stages) - 1)]
