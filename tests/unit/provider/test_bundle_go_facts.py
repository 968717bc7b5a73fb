"""Facts off Go sources, from a tiny provider written here. Needs the tree-sitter-go package."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("tree_sitter_go", reason="contributors' tool: install tree-sitter-go")

from terraformer.provider.compiler.go_facts import extract, snake

MODULE = "github.com/acme/terraform-provider-acme"
HEAD = f'package {MODULE}/internal/service/kettle\nimport (\n\t"github.com/hashicorp/x/schema"\n\t"{MODULE}/names"\n)\n'

SOURCES = {
    "method.servicePackage.SDKResources": """func (p *servicePackage) SDKResources() []*T {
	return []*T{{
		Factory:  resourceKettle,
		TypeName: "acme_kettle",
	}}
}
""",
    "method.servicePackage.FrameworkResources": """func (p *servicePackage) FrameworkResources() []*T {
	return []*T{{
		Factory:  newPot,
		TypeName: "acme_pot",
	}}
}
""",
    "func.resourceKettle": """func resourceKettle() *schema.Resource {
	//lintignore:R011
	return &schema.Resource{
		SchemaVersion: 3,
		Schema: map[string]*schema.Schema{
			names.AttrKMSKeyARN: {Type: schema.TypeString, Optional: true, ForceNew: true},
			"heat": {Type: schema.TypeInt, Optional: true, Default: 2 * defaultHeat, ValidateFunc: validation.IntBetween(0, 300)},
			"lid": {
				Type: schema.TypeList, Optional: true, MinItems: 1, MaxItems: 2,
				Elem: &schema.Resource{Schema: map[string]*schema.Schema{"colour": colourSchema("red")}},
			},
			"secret": {Type: schema.TypeString, Optional: true, Sensitive: true, ConflictsWith: []string{"lid.0.colour"}},
			"odd": {Type: schema.TypeString, Optional: true, Default: compute()},
		},
	}
}
""",
    "func.colourSchema": """func colourSchema(fallback string) *schema.Schema {
	s := &schema.Schema{Type: schema.TypeString, Optional: true}
	s.Default = fallback
	return s
}
""",
    "var.defaultHeat": "\tdefaultHeat = 50\n",
    "func.newPot": "func newPot(ctx context.Context) (resource.R, error) {\n\treturn &potResource{}, nil\n}\n",
    "method.potResource.Schema": """func (r *potResource) Schema(ctx C, request Q, response *S) {
	response.Schema = schema.Schema{
		Attributes: map[string]schema.Attribute{
			"size": schema.Int64Attribute{
				Optional: true, Computed: true, Default: int64default.StaticInt64(4),
				PlanModifiers: []planmodifier.Int64{int64planmodifier.RequiresReplace()},
			},
		},
		Blocks: map[string]schema.Block{
			"handle": schema.ListNestedBlock{
				Validators: []validator.List{listvalidator.SizeAtMost(2)},
				NestedObject: schema.NestedBlockObject{
					Attributes: map[string]schema.Attribute{"key": schema.StringAttribute{Required: true, Sensitive: true}},
				},
			},
		},
	}
}
""",
}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "index/internal/service/kettle"
    folder.mkdir(parents=True)
    for name, text in SOURCES.items():
        (folder / f"{name}.goindex").write_text(HEAD + text)
    return tmp_path / "index"


def test_sdk_and_framework(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = extract(index, MODULE)
    assert facts["resource acme_kettle"] == {
        "version": 3,
        "arguments": {
            "kms_key_arn": {"force_new": True},
            "heat": {"default": 100, "checks": [["IntBetween", 0, 300]]},
            "lid": {"max_items": 2},
            "lid.colour": {"default": "red"},
            "secret": {"sensitive": True, "conflicts": ["lid.colour"]},
        },
    }
    assert facts["resource acme_pot"]["arguments"] == {
        "size": {"default": 4, "force_new": True},
        "handle": {"at_most": 2},
        "handle.key": {"sensitive": True},
    }
    assert "default of odd" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("constant", "name"),
    [
        ("AttrARN", "arn"),
        ("AttrKMSKeyID", "kms_key_id"),
        ("AttrVPCID", "vpc_id"),
        ("AttrSecurityGroupIDs", "security_group_ids"),
        ("AttrS3BucketName", "s3_bucket_name"),
        ("AttrCloudWatchLogs", "cloudwatch_logs"),
        ("AttrIPv4CIDRBlock", "ipv4_cidr_block"),
    ],
)
def test_names(constant: str, name: str) -> None:
    assert snake(constant) == name
