"""Header cards are split as astropy splits them."""

from __future__ import annotations

from astropy.io import fits

from dfs_widgets.state.header import cards_of


def test_cards_agree_with_astropy():
    header = fits.Header()
    header["OBJECT"] = ("O'Dell / 3", "name of the object / target")
    header["EXPTIME"] = (12.5, "seconds")
    header["HIERARCH ESO DET READ CLOCK"] = ("read L port Fast", "Readout clock pattern used")
    header["EMPTY"] = ""
    header["FLAG"] = (True, "")
    header.add_comment("made = by hand")
    header.add_history("first / second")
    found = {keyword: (value, comment) for keyword, value, comment in cards_of(header.tostring(sep="\n"))}
    for keyword in ("OBJECT", "ESO DET READ CLOCK", "EMPTY"):
        assert found[keyword] == (header[keyword], header.comments[keyword])
    assert found["EXPTIME"] == ("12.5", "seconds")
    assert found["FLAG"] == ("T", "")
    assert found["COMMENT"] == ("made = by hand", "")
    assert found["HISTORY"] == ("first / second", "")
    assert "END" not in found


def test_no_text_has_no_cards():
    assert cards_of("") == []
    assert cards_of("END\n") == []
