"""Writes python/backcourt/features.py from the data dictionary of the NBA pack, which is read from standard input.

Meanings of the 25 begin with `feature N:`, in their order; the others stand between them and the count of those missing.
"""

import re
import sys

DOCUMENT = '''"""The features of ml_feature_store_v2, in their order. Made by `make docs` from the dictionary of the NBA pack."""

FEATURES: tuple[str, ...] = (
{}
)
"""The 25 features; an index here is the feature's number."""

MORE_FEATURES: tuple[str, ...] = (
{}
)
"""The 33 others."""
'''


def features(dictionary):
    """The 25 and the 33."""
    page = re.search(r"^## ml_feature_store_v2\n(.*?)^## ", dictionary, re.MULTILINE | re.DOTALL)[1]
    columns = re.findall(r"^\| (\w+) \| (.*) \|$", page.split("| column | meaning |")[1], re.MULTILINE)
    names = [name for name, _ in columns]
    numbers = {int(found[1]): name for name, meaning in columns if (found := re.match(r"feature (\d+): ", meaning))}
    first = [numbers[number] for number in range(len(numbers))]
    return first, names[names.index(first[-1]) + 1:names.index("missing_features_count")]


if __name__ == "__main__":
    sys.stdout.write(DOCUMENT.format(*("\n".join(f'    "{name}",' for name in part) for part in features(sys.stdin.read()))))
