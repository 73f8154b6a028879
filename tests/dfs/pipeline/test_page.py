"""Pages that stand alone."""

from __future__ import annotations

import base64
import gzip
import json
import re

from bokeh.plotting import figure

from dfs.pipeline.page import Html, figure_html, loader_html, page, picture_html, table_html


def drawn():
    plot = figure(title="</script><b>")
    plot.line([1, 2], [3, 4])
    return plot


def test_a_page_asks_for_nothing_outside():
    """No address of a script, style, font or picture: the page works offline."""
    text = page("A & B", figure_html(drawn()) + picture_html(b"png", "a <picture>"))
    outside_script = re.sub(r"<script type=\"text/plain\".*?</script>", "", text, flags=re.DOTALL)
    assert re.findall(r"(?:src|href)=[\"'](?!data:)[^\"']*", outside_script) == []
    assert "url(" not in outside_script
    assert "@import" not in outside_script
    assert "<title>A &amp; B</title>" in text
    assert "a &lt;picture&gt;" in text


def test_bokeh_is_inside_once_and_small():
    """Core only, compressed: what comes out is BokehJS."""
    text = page("t", figure_html(drawn()) + figure_html(drawn()))
    (packed,) = re.findall(r'class="dfs-bokehjs">([^<]*)<', text)
    assert len(packed) < 600_000
    assert b"Bokeh" in gzip.decompress(base64.b64decode(packed))
    assert page("t", text).count('class="dfs-bokehjs"') == 1
    assert "dfs-bokehjs" not in page("t", "<p>no figure</p>")
    assert loader_html() is loader_html()


def test_the_data_of_a_figure_cannot_end_its_script():
    """A title with an end tag in it stays data."""
    text = figure_html(drawn())
    (data,) = re.findall(r'data-target="[^"]*">(.*?)</script>', text, flags=re.DOTALL)
    assert "</script><b>" in json.dumps(json.loads(data))


def test_tables_escape_what_is_not_html():
    """Names from headers are text."""
    text = table_html(("a", "b"), [("<i>", Html("<b>x</b>")), (None, 1)], numbers=(1,))
    assert "&lt;i&gt;" in text
    assert '<td class="number"><b>x</b></td>' in text
    assert "None" not in text
