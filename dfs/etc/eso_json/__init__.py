"""The JSON of ESO's exposure time calculator 2.0, as far as public samples show it: read, written, and answered in kind.

Two generations are about.  The first (2020 to 2024) has ``seeingiqao`` and ``sky.moon_fli``, ``sky.pwv``; the second (from 2025) ``seeing`` and
``sky.fli``, ``sky.waterVapour``, and the keywords of the instruments (``INS.FILT1.NAME``, ``DET.WIN1.UIT1``).  Samples: github
jonaszubindu/CRIRES-planning-tool (python/json_files, etc_cli-examples), VigneshAstro/ETC-for-NIRPS-and-HARPS (etc-form.json) and
AlexLee24/CASTOR (validation/eso_etc.py).  What cannot be carried over is said, never dropped in silence.
"""

from dfs.etc.eso_json.answer import answer_eso
from dfs.etc.eso_json.instruments import eso_name, instrument_of
from dfs.etc.eso_json.read import is_eso, read_eso
from dfs.etc.eso_json.write import write_eso

__all__ = ["answer_eso", "eso_name", "instrument_of", "is_eso", "read_eso", "write_eso"]
