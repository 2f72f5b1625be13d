"""python -m bench [TOPIC ...]: measures, and prints a table per topic.

A topic is a module of this package with a TITLE and `measure() -> Iterator[Row]`: adding a file adds a topic.
"""

import importlib
import pkgutil
import sys
from types import ModuleType

import bench
from bench.table import as_table


def topics() -> dict[str, ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("__")]
    modules = {name: importlib.import_module(f"bench.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "measure")}


def main(wanted: list[str]) -> int:
    found = topics()
    unknown = sorted(set(wanted) - set(found))
    if unknown:
        print(f"no such topic: {', '.join(unknown)}; there are: {', '.join(found)}", file=sys.stderr)
        return 2
    for name in wanted or found:
        rows = []
        for row in found[name].measure():
            print(f"{name}: {row.work}", file=sys.stderr, flush=True)
            rows.append(row)
        print(f"\n{found[name].TITLE}\n\n{as_table(rows)}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
