import json
from tests.pipeline.rich_table import RICH
from showcase.testing import fresh_request, launcher_over
def test_it(database, tmp_path):
    l = launcher_over(database, tmp_path)
    l.steps_of = lambda _: RICH
    for scen in ("showcase_rich", "showcase_rich", "sparse"):
        out = l.start(fresh_request(scenario=scen, preservation="keep")).wait(120)
        for s in out.steps:
            print(s["step_name"], s["status"], s["detail"], round(s["duration_ms"]))
        d = {s["step_name"]: s["data"] for s in out.steps}
        print(json.dumps({k: d.get(k) for k in ("stale_alias_trigger","safer_promote_flow","champion_compat_compare","ops_snapshot")}, indent=1, default=str)[:9000])
        print(l.services.workspaces.show(out.summary["workspace_id"]).created_objects)
    l.close()
