"""A dark theme for tests: Community compiles a dark bundle, and has no dark colours.

What themes do who bring them: variables before the host's own, in the dark bundle
alone, and the greys turned round.
"""

from unittest.mock import patch

VARIABLES = """
$o-webclient-color-scheme: dark;
$o-white: #000000;
$o-black: #ffffff;
$o-gray-100: #1b1d26;
$o-gray-200: #262a36;
$o-gray-300: #3c3e4b;
$o-gray-400: #5a5e6b;
$o-gray-500: #6b707f;
$o-gray-600: #7e8290;
$o-gray-700: #b1b3bc;
$o-gray-800: #d1d1d1;
$o-gray-900: #e4e4e4;
$o-brand-primary: #71639e;
$o-success: #1dc959;
$o-info: #6ab5fb;
$o-warning: #fbb56a;
$o-danger: #ff5757;
$o-main-link-color: #00c7c7;
$o-theme-text-colors: (
    "success": $o-success,
    "info": $o-info,
    "warning": $o-warning,
    "danger": $o-danger,
);
$o-view-background-color: $o-gray-200;
$o-webclient-background-color: $o-gray-100;
$o-btns-bs-override: (
    "primary": (
        background: $o-brand-primary,
        border: $o-brand-primary,
        color: $o-black,
        hover-background: $o-brand-primary,
        hover-border: $o-brand-primary,
        hover-color: $o-black,
        active-background: $o-brand-primary,
        active-border: $o-brand-primary,
        active-color: $o-black,
    ),
);
"""
FUNCTIONS = """
@function tint-color($color, $weight) { @return mix(#000000, $color, $weight); }
@function shade-color($color, $weight) { @return mix(#ffffff, $color, $weight); }
"""
BUNDLE = "web.assets_web_dark"


def use_dark_theme(case):
    """Let what an ``HttpCase`` opens be dark."""
    env = case.env
    host = "web/static/src/scss/primary_variables.scss"
    bootstrap = "web/static/lib/bootstrap/scss/_functions.scss"
    for name, directive, target, scss in (
        ("variables", "before", host, VARIABLES),
        ("functions", "after", bootstrap, FUNCTIONS),
    ):
        url = f"/dark_theme/{name}.scss"
        env["ir.attachment"].create(
            {"name": name, "type": "binary", "url": url, "raw": scss.encode()}
        )
        env["ir.asset"].create(
            {
                "name": name,
                "bundle": BUNDLE,
                "directive": directive,
                "target": target,
                "path": url,
            }
        )
    case.startPatcher(
        patch.object(env.registry["ir.http"], "color_scheme", lambda self: "dark")
    )
