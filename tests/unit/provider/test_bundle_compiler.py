"""From a prebuilt wheel, a schema dump or a file of overrides to a bundle. The wheel here is made by the test."""

from __future__ import annotations

import base64
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from terraformer.errors import BundleError
from terraformer.provider import bundle
from terraformer.provider.compiler import build, capture
from terraformer.provider.compiler.docs import shorten
from terraformer.provider.compiler.facts import apply_facts, coerce
from terraformer.provider.compiler.overrides import apply_overrides
from terraformer.provider.compiler.prebuilt import compile_wheel
from terraformer.provider.compiler.writer import BundleContent
from terraformer.provider.schema import UNSET, Attribute, Block, NestedBlock, ResourceSchema

# What the provider generator writes for a provider with one resource, in its layout and with our own names.
PROVIDER_TS = """
export interface AcmeProviderConfig {
  /**
  * Where the acme service listens.
  *
  * Docs at Terraform Registry: {@link https://example.invalid#endpoint AcmeProvider#endpoint}
  */
  readonly endpoint: string;
}
export class AcmeProvider extends cdktn.TerraformProvider {
  public constructor(scope: Construct, id: string, config: AcmeProviderConfig) {
    super(scope, id, {
      terraformResourceType: 'acme',
      terraformGeneratorMetadata: {
        providerName: 'acme',
        providerVersion: '3.1.4',
        providerVersionConstraint: '~> 3.0'
      },
      terraformProviderSource: 'acme/acme'
    });
  }
  // endpoint - computed: false, optional: false, required: true
  private _endpoint?: string;
  public get endpoint() {
    return this._endpoint;
  }
  // alias - computed: false, optional: true, required: false
  private _alias?: string;
  public get alias() {
    return this._alias;
  }
  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      endpoint: {
        value: cdktn.stringToHclTerraform(this._endpoint),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      alias: {
        value: cdktn.stringToHclTerraform(this._alias),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
    };
  }
}
"""

KETTLE_TS = """
export interface KettleConfig extends cdktn.TerraformMetaArguments {
  /**
  * Docs at Terraform Registry: {@link https://example.invalid#label Kettle#label}
  */
  readonly label: string;
  /**
  * How hot it gets, in degrees.
  *
  * Docs at Terraform Registry: {@link https://example.invalid#heat Kettle#heat}
  */
  readonly heat?: number;
  /**
  * lid block
  *
  * Docs at Terraform Registry: {@link https://example.invalid#lid Kettle#lid}
  */
  readonly lid?: KettleLid;
  /**
  * cup block
  *
  * Docs at Terraform Registry: {@link https://example.invalid#cup Kettle#cup}
  */
  readonly cup: KettleCup[] | cdktn.IResolvable;
  /**
  * Docs at Terraform Registry: {@link https://example.invalid#plug Kettle#plug}
  */
  readonly plug?: KettlePlug;
}
export interface KettleLid {
  /**
  * Docs at Terraform Registry: {@link https://example.invalid#colour Kettle#colour}
  */
  readonly colour?: string;
}

export function kettleLidToHclTerraform(struct?: KettleLidOutputReference | KettleLid): any {
  const attrs = {
    colour: {
      value: cdktn.stringToHclTerraform(struct!.colour),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
  };
}

export class KettleLidOutputReference extends cdktn.ComplexObject {
  // colour - computed: true, optional: true, required: false
  private _colour?: string;
  public get colour() {
    return this.getStringAttribute('colour');
  }
}
export interface KettleCup {
  /**
  * Docs at Terraform Registry: {@link https://example.invalid#sizes Kettle#sizes}
  */
  readonly sizes?: number[];
}

export function kettleCupToHclTerraform(struct?: KettleCup | cdktn.IResolvable): any {
  const attrs = {
    sizes: {
      value: struct!.sizes === undefined ? null : cdktn.listMapperHcl(cdktn.numberToHclTerraform, false)(struct!.sizes),
      isBlock: false,
      type: "set",
      storageClassType: "numberList",
    },
  };
}

export class KettleCupOutputReference extends cdktn.ComplexObject {
  // sizes - computed: false, optional: true, required: false
  private _sizes?: number[];
  public get sizes() {
    return cdktn.Token.asNumberList(cdktn.Fn.tolist(this.getNumberListAttribute('sizes')));
  }
}

export class KettleCupList extends cdktn.ComplexList {
  public get(index: number): KettleCupOutputReference {
    return new KettleCupOutputReference(this.terraformResource, this.terraformAttribute, index, this.wrapsSet);
  }
}
export interface KettlePlug {
  /**
  * The socket's standard.
  *
  * Docs at Terraform Registry: {@link https://example.invalid#standard Kettle#standard}
  */
  readonly standard: string;
}

export function kettlePlugToHclTerraform(struct?: KettlePlug | cdktn.IResolvable): any {
  const attrs = {
    standard: {
      value: cdktn.stringToHclTerraform(struct!.standard),
      isBlock: false,
      type: "simple",
      storageClassType: "string",
    },
  };
}

export class KettlePlugOutputReference extends cdktn.ComplexObject {
  // standard - computed: false, optional: false, required: true
  private _standard?: string;
  public get standard() {
    return this.getStringAttribute('standard');
  }
}
export interface KettleReadings {
}

export function kettleReadingsToHclTerraform(struct?: KettleReadings): any {
  const attrs = {
  };
  return attrs;
}

export class KettleReadingsOutputReference extends cdktn.ComplexObject {
  // at - computed: true, optional: false, required: false
  public get at() {
    return this.getStringAttribute('at');
  }

  // values - computed: true, optional: false, required: false
  private _values = new cdktn.NumberMap(this, "values");
  public get values() {
    return this._values;
  }
}

export class KettleReadingsList extends cdktn.ComplexList {
  public get(index: number): KettleReadingsOutputReference {
    return new KettleReadingsOutputReference(this.terraformResource, this.terraformAttribute, index, this.wrapsSet);
  }
}

export class Kettle extends cdktn.TerraformResource {
  public constructor(scope: Construct, id: string, config: KettleConfig) {
    super(scope, id, {
      terraformResourceType: 'acme_kettle',
    });
  }

  // heat - computed: false, optional: true, required: false
  private _heat?: number;
  public get heat() {
    return this.getNumberAttribute('heat');
  }

  // label - computed: false, optional: false, required: true
  private _label?: string;
  public get label() {
    return this.getStringAttribute('label');
  }

  // readings - computed: true, optional: false, required: false
  private _readings = new KettleReadingsList(this, "readings", true);
  public get readings() {
    return this._readings;
  }

  // settings - computed: false, optional: true, required: false
  private _settings?: { [key: string]: any };
  public get settings() {
    return this.getAnyMapAttribute('settings');
  }

  // names - computed: true, optional: false, required: false
  public get names() {
    return cdktn.Fn.tolist(this.getListAttribute('names'));
  }

  // plug - computed: false, optional: true, required: false
  private _plug = new KettlePlugOutputReference(this, "plug");
  public get plug() {
    return this._plug;
  }

  // cup - computed: false, optional: false, required: true
  private _cup = new KettleCupList(this, "cup", true);
  public get cup() {
    return this._cup;
  }

  // lid - computed: false, optional: true, required: false
  private _lid = new KettleLidOutputReference(this, "lid");
  public get lid() {
    return this._lid;
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const attrs = {
      heat: {
        value: cdktn.numberToHclTerraform(this._heat),
        isBlock: false,
        type: "simple",
        storageClassType: "number",
      },
      label: {
        value: cdktn.stringToHclTerraform(this._label),
        isBlock: false,
        type: "simple",
        storageClassType: "string",
      },
      settings: {
        value: cdktn.hashMapperHcl(cdktn.anyToHclTerraform)(this._settings),
        isBlock: false,
        type: "map",
        storageClassType: "anyMap",
      },
      plug: {
        value: kettlePlugToHclTerraform(this._plug.internalValue),
        isBlock: true,
        type: "struct",
        storageClassType: "KettlePlug",
      },
      cup: {
        value: cdktn.listMapperHcl(kettleCupToHclTerraform, true)(this._cup.internalValue),
        isBlock: true,
        type: "set",
        storageClassType: "KettleCupList",
      },
      lid: {
        value: kettleLidToHclTerraform(this._lid.internalValue),
        isBlock: true,
        type: "list",
        storageClassType: "KettleLidList",
      },
    };
  }
}
"""


def wheel_of(folder: Path, **modules: str) -> Path:
    tarball = io.BytesIO()
    with tarfile.open(fileobj=tarball, mode="w:gz") as archive:
        for name, text in modules.items():
            source_map = base64.b64encode(json.dumps({"sourcesContent": [text]}).encode()).decode()
            script = f'"use strict";\n//# sourceMappingURL=data:application/json;base64,{source_map}'.encode()
            member = tarfile.TarInfo(f"package/lib/{name}/index.js")
            member.size = len(script)
            archive.addfile(member, io.BytesIO(script))
    path = folder / "cdktn_provider_acme-9.0.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("cdktn_provider_acme/_jsii/provider-acme@9.0.0.jsii.tgz", tarball.getvalue())
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TERRAFORMER_BUNDLE_PATH", str(tmp_path / "bundles"))
    return tmp_path / "bundles"


def test_build_from_a_wheel(tmp_path: Path, cache: Path) -> None:
    seen: list[float] = []
    path = build(
        "acme/acme",
        wheel=wheel_of(tmp_path, provider=PROVIDER_TS, kettle=KETTLE_TS),
        on_progress=lambda _, share: seen.append(share),
    )
    assert path.parent == cache
    assert seen[-1] == 1.0
    found = bundle.load("acme/acme", "~> 3.1")
    assert (found.version, found.matched) == ("3.1.4", True)
    assert found.provider_schema().block.attributes == {"endpoint": Attribute("endpoint", "string", required=True)}
    block = found.resource("acme_kettle").block
    types = {name: a.type for name, a in block.attributes.items()}
    assert types == {
        "heat": "number",
        "label": "string",
        "names": ["set", "string"],
        "plug": None,
        "readings": ["set", ["object", {"at": "string", "values": ["map", "number"]}]],
        "settings": "dynamic",
    }
    assert block.attributes["label"].required
    assert block.attributes["names"].computed
    plug = block.attributes["plug"].nested
    assert plug is not None
    assert (plug.nesting, plug.attributes["standard"].required) == ("single", True)
    assert block.blocks["lid"] == NestedBlock(
        "lid", "list", Block({"colour": Attribute("colour", "string", optional=True, computed=True)}), 0, 1
    )
    assert block.blocks["cup"].nesting == "set"
    assert (block.blocks["cup"].min_items, block.blocks["cup"].max_items) == (1, 0)
    assert block.blocks["cup"].block.attributes["sizes"].type == ["set", "number"]
    assert found.docs("resource", "acme_kettle")["heat"] == "How hot it gets, in degrees."
    assert found.provenance["license"] == "MPL-2.0"


def test_wheels_that_are_none(tmp_path: Path) -> None:
    empty = tmp_path / "cdktn_provider_none-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(empty, "w") as wheel:
        wheel.writestr("other/file.txt", "x")
    with pytest.raises(BundleError, match="no prebuilt provider wheel"):
        compile_wheel(empty)
    empty.write_bytes(b"no zip")
    with pytest.raises(BundleError, match="cannot be read"):
        compile_wheel(empty)
    with pytest.raises(BundleError, match="holds no provider module"):
        compile_wheel(wheel_of(tmp_path, kettle=KETTLE_TS))


DUMP = {
    "format_version": "1.0",
    "provider_schemas": {
        "registry.terraform.io/acme/acme": {
            "provider": {"version": 0, "block": {"attributes": {"token": {"type": "string", "optional": True}}}},
            "resource_schemas": {
                "acme_kettle": {
                    "version": 3,
                    "block": {
                        "description": "Boils water.",
                        "attributes": {
                            "label": {"type": "string", "required": True, "description": "What it says."},
                            "plug": {
                                "nested_type": {
                                    "nesting_mode": "list",
                                    "attributes": {"key": {"type": "string", "required": True, "sensitive": True}},
                                },
                                "optional": True,
                            },
                        },
                        "block_types": {
                            "lid": {
                                "nesting_mode": "list",
                                "max_items": 2,
                                "min_items": 1,
                                "block": {"attributes": {"colour": {"type": ["map", "string"], "optional": True}}},
                            }
                        },
                    },
                }
            },
            "functions": {"boil": {"return_type": "string"}},
        },
        "terraform.io/builtin/terraform": {"provider": {"version": 0, "block": {}}},
    },
}


def test_capture(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "dump.json").write_text(json.dumps(DUMP))
    (tmp_path / ".terraform.lock.hcl").write_text(
        'provider "registry.terraform.io/acme/acme" {\n  version     = "4.5.6"\n  constraints = "~> 4.0"\n}\n'
    )
    paths = capture(tmp_path / "dump.json")
    assert [p.parent for p in paths] == [cache]
    found = bundle.load("acme/acme")
    assert found.version == "4.5.6"
    kettle = found.resource("acme_kettle")
    assert kettle.version == 3
    plug = kettle.block.attributes["plug"].nested
    assert plug is not None
    assert plug.attributes["key"].sensitive
    assert (kettle.block.blocks["lid"].min_items, kettle.block.blocks["lid"].max_items) == (1, 2)
    assert found.docs("resource", "acme_kettle") == {"": "Boils water.", "label": "What it says."}
    assert found.functions == {"boil": {"return_type": "string"}}


def test_capture_without_a_version_loses_to_every_other(tmp_path: Path, cache: Path) -> None:
    capture(io.StringIO(json.dumps(DUMP)), lock_file=tmp_path / "absent")
    assert bundle.load("acme/acme").version == "0.0.0"
    capture(io.BytesIO(json.dumps(DUMP).encode()), versions={"acme/acme": "1.0.0"}, lock_file=tmp_path / "absent")
    assert bundle.load("acme/acme").version == "1.0.0"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[]", "no provider_schemas"),
        ('{"a": 1}', "no provider_schemas"),
        ('{"provider_schemas": {"acme/acme": []}}', "is not an object"),
        (
            '{"provider_schemas": {"acme/acme": {"resource_schemas": {"x": {"block": {"attributes": 5}}}}}}',
            "not in the form",
        ),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_capture_of_something_else(text: str, message: str, cache: Path) -> None:
    with pytest.raises(BundleError, match=message):
        capture(io.StringIO(text))


def content() -> BundleContent:
    lid = NestedBlock("lid", "list", Block({"colour": Attribute("colour", "string", optional=True)}), 0, 0)
    attributes = {
        "heat": Attribute("heat", "number", optional=True),
        "label": Attribute("label", "string", required=True),
        "made": Attribute("made", "string", computed=True),
    }
    schema = ResourceSchema("resource", "acme_kettle", Block(attributes, {"lid": lid}))
    return BundleContent("acme/acme", "1.0.0", {("resource", "acme_kettle"): schema})


def test_facts() -> None:
    made = content()
    arguments = {
        "heat": {"default": 100, "checks": [["IntBetween", 0, 100]]},
        "label": {"default": "never: it is required", "force_new": True, "conflicts": ["heat"]},
        "lid": {"max_items": 4, "min_items": 2, "force_new": True},
        "lid.colour": {"default": 7, "checks": [["StringInSlice", ["red", "blue"], False]], "sensitive": True},
        "gone": {"default": 1},
    }
    apply_facts(
        made, {"resource acme_kettle": {"version": 2, "arguments": arguments}, "resource other": {"arguments": {}}}
    )
    schema = made.schemas["resource", "acme_kettle"]
    assert schema.version == 2
    assert set(schema.block.attributes) == {"heat", "label", "made"}
    assert schema.block.attributes["heat"].default == 100
    assert schema.block.attributes["heat"].force_new is False
    assert schema.block.attributes["label"].default is UNSET
    assert schema.block.attributes["label"].force_new is True
    assert schema.block.attributes["made"].force_new is None
    lid = schema.block.blocks["lid"]
    assert (lid.min_items, lid.max_items) == (2, 4)
    colour = lid.block.attributes["colour"]
    assert (colour.default, colour.enum, colour.sensitive) == ("7", ("red", "blue"), True)
    hints = made.hints["resource", "acme_kettle"]
    assert hints["heat"] == {"checks": [["IntBetween", 0, 100]]}
    assert hints["label"] == {"conflicts": ["heat"]}
    assert hints["lid"] == {"force_new": True}


@pytest.mark.parametrize(
    ("value", "cty", "expected"),
    [
        (True, "string", "true"),
        (5, "string", "5"),
        ("false", "bool", False),
        ("maybe", "bool", UNSET),
        (1, "bool", UNSET),
        (True, "number", UNSET),
        ("5", "number", UNSET),
        (2.5, "number", 2.5),
        ("x", ["list", "string"], UNSET),
    ],
)
def test_defaults_have_their_type(value: object, cty: object, expected: object) -> None:
    assert coerce(value, cty) == expected


def test_overrides() -> None:
    made = content()
    rules = {
        "force_new": [{"types": ["resource acme_kettle"], "except": ["heat"]}],
        "change": [
            {"types": ["resource acme_kettle"], "set": {"version": 4, "deprecated": "gone"}, "why": "test"},
            {"types": ["resource acme_kettle"], "path": "lid", "set": {"max_items": 1}, "why": "test"},
            {"types": ["resource acme_kettle"], "path": "lid.colour", "set": {"enum": ["red"]}, "why": "test"},
            {"types": ["resource nothing"], "set": {"version": 1}, "why": "test", "optional_since": "2.0.0"},
        ],
    }
    apply_overrides(made, rules, "rules")
    schema = made.schemas["resource", "acme_kettle"]
    assert (schema.version, schema.block.deprecated) == (4, "gone")
    assert {n: a.force_new for n, a in schema.block.attributes.items()} == {"heat": False, "label": True, "made": None}
    assert schema.block.blocks["lid"].max_items == 1
    assert schema.block.blocks["lid"].block.attributes["colour"].enum == ("red",)


@pytest.mark.parametrize(
    "change",
    [
        {"types": ["resource nothing"], "set": {}},
        {"types": ["resource acme_kettle"], "path": "nothing", "set": {}},
        {"types": ["resource acme_kettle"], "path": "heat.nothing", "set": {}},
        {"types": ["resource acme_kettle"], "path": "heat", "set": {"colour": "red"}},
    ],
)
def test_an_override_that_fits_nothing_is_an_error(change: dict[str, object]) -> None:
    with pytest.raises(BundleError, match="rules: "):
        apply_overrides(content(), {"change": [{**change, "why": "test"}]}, "rules")


def test_texts_are_kept_short() -> None:
    assert shorten("See [the docs](https://example.invalid/x).\n\nMore.") == "See the docs."
    long = shorten("One sentence that is rather long. " * 20)
    assert long.endswith(".")
    assert len(long) <= 220
