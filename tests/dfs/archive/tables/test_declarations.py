"""Every declared column has what clients need: a type, a unit, a UCD, a description; names are those of ESO and the IVOA."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from astropy import units
from astropy.io.votable.ucd import parse_ucd

from dfs.archive.tables import ArchiveTables
from dfs.archive.tables.declaration import declaration, read_column
from dfs.archive.tables.raw import instrument_table
from dfs.errors import DataError
from dfs.model.schema import TableSchema
from dfs.observatory import Observatory

RAW = [
    "access_estsize",
    "access_url",
    "datalink_url",
    "date_obs",
    "dec",
    "dec_pnt",
    "det_chip1id",
    "det_chop_ncycles",
    "det_dit",
    "det_expid",
    "det_ndit",
    "dp_cat",
    "dp_id",
    "dp_tech",
    "dp_type",
    "ecl_lat",
    "ecl_lon",
    "exp_start",
    "exposure",
    "filter_path",
    "gal_lat",
    "gal_lon",
    "grat_path",
    "gris_path",
    "ins_mode",
    "instrument",
    "lambda_max",
    "lambda_min",
    "last_mod_date",
    "mjd_obs",
    "ob_id",
    "ob_name",
    "object",
    "obs_mode",
    "origfile",
    "period",
    "pi_coi",
    "prog_id",
    "prog_title",
    "prog_type",
    "ra",
    "ra_pnt",
    "release_date",
    "s_region",
    "slit_path",
    "target",
    "tel_airm_end",
    "tel_airm_start",
    "tel_alt",
    "tel_ambi_fwhm_end",
    "tel_ambi_fwhm_start",
    "tel_ambi_pres_end",
    "tel_ambi_pres_start",
    "tel_ambi_rhum",
    "tel_az",
    "telescope",
    "tpl_expno",
    "tpl_id",
    "tpl_name",
    "tpl_nexp",
    "tpl_seqno",
    "tpl_start",
]
INSTRUMENTS = [
    "alpaca",
    "amber",
    "apex",
    "crires",
    "efosc",
    "eris",
    "espresso",
    "feros",
    "fiat",
    "fors1",
    "fors2",
    "giraffe",
    "gravity",
    "harps",
    "hawki",
    "isaac",
    "kmos",
    "matisse",
    "midi",
    "muse",
    "naco",
    "nirps",
    "omegacam",
    "other",
    "pionier",
    "sinfoni",
    "sofi",
    "sphere",
    "uves",
    "vimos",
    "vircam",
    "visir",
    "wfi",
    "wlgsu",
    "xshooter",
    "apex_quicklooks",
]

# ObsCore 1.1, tables 6 and 7: the mandatory columns with type, unit and UCD; long stands for BIGINT, char for VARCHAR, CLOB, REGION.
OBSCORE = {
    "dataproduct_type": ("char", "", "meta.code.class", "ObsDataset.dataProductType"),
    "calib_level": ("int", "", "meta.code;obs.calib", "ObsDataset.calibLevel"),
    "obs_collection": ("char", "", "meta.id", "DataID.collection"),
    "obs_id": ("char", "", "meta.id", "DataID.observationID"),
    "obs_publisher_did": ("char", "", "meta.ref.ivoid", "Curation.publisherDID"),
    "access_url": ("char", "", "meta.ref.url", "Access.reference"),
    "access_format": ("char", "", "meta.code.mime", "Access.format"),
    "access_estsize": ("long", "kbyte", "phys.size;meta.file", "Access.size"),
    "target_name": ("char", "", "meta.id;src", "Target.name"),
    "s_ra": ("double", "deg", "pos.eq.ra", "Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C1"),
    "s_dec": ("double", "deg", "pos.eq.dec", "Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C2"),
    "s_fov": ("double", "deg", "phys.angSize;instr.fov", "Char.SpatialAxis.Coverage.Bounds.Extent.diameter"),
    "s_region": ("char", "", "pos.outline;obs.field", "Char.SpatialAxis.Coverage.Support.Area"),
    "s_resolution": ("double", "arcsec", "pos.angResolution", "Char.SpatialAxis.Resolution.Refval.value"),
    "s_xel1": ("long", "", "meta.number", "Char.SpatialAxis.numBins1"),
    "s_xel2": ("long", "", "meta.number", "Char.SpatialAxis.numBins2"),
    "t_min": ("double", "d", "time.start;obs.exposure", "Char.TimeAxis.Coverage.Bounds.Limits.StartTime"),
    "t_max": ("double", "d", "time.end;obs.exposure", "Char.TimeAxis.Coverage.Bounds.Limits.StopTime"),
    "t_exptime": ("double", "s", "time.duration;obs.exposure", "Char.TimeAxis.Coverage.Support.Extent"),
    "t_resolution": ("double", "s", "time.resolution", "Char.TimeAxis.Resolution.Refval.value"),
    "t_xel": ("long", "", "meta.number", "Char.TimeAxis.numBins"),
    "em_min": ("double", "m", "em.wl;stat.min", "Char.SpectralAxis.Coverage.Bounds.Limits.LoLimit"),
    "em_max": ("double", "m", "em.wl;stat.max", "Char.SpectralAxis.Coverage.Bounds.Limits.HiLimit"),
    "em_res_power": ("double", "", "spect.resolution", "Char.SpectralAxis.Resolution.ResolPower.refVal"),
    "em_xel": ("long", "", "meta.number", "Char.SpectralAxis.numBins"),
    "o_ucd": ("char", "", "meta.ucd", "Char.ObservableAxis.ucd"),
    "pol_states": ("char", "", "meta.code;phys.polarization", "Char.PolarizationAxis.stateList"),
    "pol_xel": ("long", "", "meta.number", "Char.PolarizationAxis.numBins"),
    "facility_name": ("char", "", "meta.id;instr.tel", "Provenance.ObsConfig.Facility.name"),
    "instrument_name": ("char", "", "meta.id;instr", "Provenance.ObsConfig.Instrument.name"),
}


@pytest.fixture
def schemas(observatory: Observatory) -> dict[str, TableSchema]:
    source = ArchiveTables(observatory.files)
    with observatory.database.read() as connection:
        found = {table.name: table for table in source.tables(connection)}
    assert {name.partition(".")[0] for name in found} <= {schema.name for schema in source.schemas}
    return found


def test_every_column_tells_what_it_is(schemas: dict[str, TableSchema]) -> None:
    for table in schemas.values():
        assert table.description
        names = [column.name.lower() for column in table.columns]
        assert len(set(names)) == len(names)
        for column in table.columns:
            where = f"{table.name}.{column.name}"
            assert column.description, where
            assert column.description.endswith("...") or not column.description.endswith("."), where
            parse_ucd(column.ucd, check_controlled_vocabulary=True)
            assert column.arraysize == ("*" if column.datatype == "char" else ""), where
            if column.unit:
                units.Unit(column.unit)


def test_places_and_times_are_columns(schemas: dict[str, TableSchema]) -> None:
    for table in schemas.values():
        named = [*table.cube, *([table.time] if table.time else [])]
        if table.sky:
            named += [table.sky.ra, table.sky.dec, *([table.sky.region] if table.sky.region else [])]
        assert all(table.column(name) is not None for name in named), table.name
        for key in table.keys:
            assert all(schemas[key.target].column(name) for name in key.columns.values())


def test_raw_has_the_62_columns_of_eso(schemas: dict[str, TableSchema]) -> None:
    assert len(RAW) == 62
    assert [column.name for column in schemas["dbo.raw"].columns] == RAW


def test_there_is_a_table_for_each_instrument_and_one_for_all_others(schemas: dict[str, TableSchema]) -> None:
    found = {name.partition(".")[2] for name in schemas if name.startswith("ist.")}
    assert found == set(INSTRUMENTS)
    for name in found - {"apex_quicklooks"}:
        columns = [column.name for column in schemas[f"ist.{name}"].columns]
        assert columns[:62] == RAW
        assert {"exptime", "det_binx", "night_flag", "ob_container_id"} <= set(columns)


def test_instruments_add_keywords_of_their_own() -> None:
    assert {"ins_gris1_name", "det_read_speed"} <= {column.name for column in instrument_table("efosc").schema.columns}
    assert {"ins_coll_name", "ins_slit_wid"} <= {column.name for column in instrument_table("fors2").schema.columns}
    assert instrument_table("muse").schema.column("ins_coll_name") is None


def test_obscore_is_that_of_the_standard(schemas: dict[str, TableSchema]) -> None:
    table = schemas["ivoa.ObsCore"]
    for name, (datatype, unit, ucd, utype) in OBSCORE.items():
        column = table.column(name)
        assert column is not None, name
        assert (column.datatype, column.unit, column.ucd) == (datatype, unit, ucd), name
        assert column.utype.lower() == f"obscore:{utype}".lower(), name
        assert column.std
        assert column.principal


@pytest.mark.real
def test_obscore_has_the_columns_of_esos_answer(test_data: Path, schemas: dict[str, TableSchema]) -> None:
    with (test_data / "archive/astroquery_eso/query_coll_vvv_sgra.csv").open() as file:
        _, *columns = next(csv.reader(file))
    assert {column.name for column in schemas["ivoa.ObsCore"].columns} == set(columns)


@pytest.mark.real
def test_raw_has_the_columns_of_esos_answer(test_data: Path, schemas: dict[str, TableSchema]) -> None:
    with (test_data / "archive/astroquery_eso/query_inst_sinfoni_sgra.csv").open() as file:
        _, *columns = next(csv.reader(file))
    assert [column.name for column in schemas["dbo.raw"].columns] == columns


@pytest.mark.real
def test_quicklooks_have_the_columns_of_esos_answer(test_data: Path, schemas: dict[str, TableSchema]) -> None:
    with (test_data / "archive/astroquery_eso/query_apex_ql_5.csv").open() as file:
        _, *columns = next(csv.reader(file))
    assert [column.name for column in schemas["ist.apex_quicklooks"].columns] == columns


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "char", "description": "", "keyword": "A"},
        {"type": "char", "description": "no origin"},
        {"type": "char", "description": "two origins", "keyword": "A", "made": "b"},
        {"type": "char", "description": "a slip", "keyword": "A", "ucdd": "meta.id"},
    ],
)
def test_a_wrong_declaration_names_its_column(entry: dict[str, str]) -> None:
    with pytest.raises(DataError, match=r"one origin|unknown ucdd") as caught:
        read_column("broken", entry, Path("some.toml"))
    assert "columns.broken" in caught.value.where


def test_declarations_are_read_once() -> None:
    assert declaration("raw") is declaration("raw")
