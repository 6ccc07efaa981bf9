"""Trees as plain arrays: taken from scikit-learn once, then kept, checked and evaluated without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from showcase.errors import IntegrityError
from showcase.forecasting.history import Booleans, Floats, Integers
from showcase.forecasting.state import ArraySpec, Table

NODE_ARRAYS = tuple(
    ArraySpec(name, dimensions=1, by_series=False)
    for name in ("tree_start", "feature", "threshold", "left", "right", "missing_left", "leaf_value")
)
"""One entry a node, trees one after the other; tree_start is each tree's first node. left and right are positions of
nodes, -1 on a leaf; missing_left is 1 where a missing input goes left."""


def nodes_of_boosting(model: Any) -> dict[str, Table]:
    """The nodes of a fitted HistGradientBoostingRegressor; its constant start is a first tree of one leaf."""
    # scikit-learn has no public way to its nodes; a test holds these against its own predictions
    trees = [rounds[0].nodes for rounds in model._predictors]
    start = float(np.ravel(model._baseline_prediction)[0])
    parts = [_leaf(start), *(_boosting_nodes(nodes) for nodes in trees)]
    return _joined(parts)


def nodes_of_forest(model: Any) -> dict[str, Table]:
    """The nodes of a fitted RandomForestRegressor; leaf values are divided by the number of trees."""
    count = len(model.estimators_)
    return _joined([_forest_nodes(estimator.tree_, count) for estimator in model.estimators_])


def sum_of_trees(arrays: Mapping[str, Table], inputs: NDArray[np.float64] | NDArray[np.float32]) -> Floats:
    """The sum of every tree's leaf for each row of `inputs` (rows, columns); raises IntegrityError on a broken tree."""
    feature = np.asarray(arrays["feature"], dtype=np.int64)
    threshold = np.asarray(arrays["threshold"], dtype=np.float64)
    left, right = (np.asarray(arrays[name], dtype=np.int64) for name in ("left", "right"))
    missing_left = np.asarray(arrays["missing_left"], dtype=np.int64) == 1
    value = np.asarray(arrays["leaf_value"], dtype=np.float64)
    starts = np.asarray(arrays["tree_start"], dtype=np.int64)
    _check(starts, feature, left, right, inputs.shape[1])
    missing = np.isnan(inputs)
    total = np.zeros(len(inputs))
    for start in starts:
        total += value[_leaves(int(start), inputs, missing, (feature, threshold, left, right, missing_left))]
    return total


def _leaves(
    start: int,
    inputs: NDArray[np.float64] | NDArray[np.float32],
    missing: Booleans,
    nodes: tuple[Integers, Floats, Integers, Integers, Booleans],
) -> Integers:
    """The leaf that each row ends in, from the root at `start`."""
    feature, threshold, left, right, missing_left = nodes
    place = np.full(len(inputs), start, dtype=np.int64)
    rows = np.arange(len(inputs)) if left[start] >= 0 else np.zeros(0, dtype=np.int64)
    while rows.size:
        node = place[rows]
        column = feature[node]
        goes_left = np.where(missing[rows, column], missing_left[node], inputs[rows, column] <= threshold[node])
        place[rows] = np.where(goes_left, left[node], right[node])
        rows = rows[left[place[rows]] >= 0]
    return place


def _check(starts: Integers, feature: Integers, left: Integers, right: Integers, width: int) -> None:
    """Children come after their parent and inside the arrays, so that every walk ends."""
    here = np.arange(len(left))
    inner = left >= 0
    sound = (
        ((left > here) & (left < len(left)) & (right > here) & (right < len(left)))[inner].all()
        and ((feature >= 0) & (feature < width))[inner].all()
        and ((starts >= 0) & (starts < len(left))).all()
        and len({len(feature), len(left), len(right)}) == 1
    )
    if not sound:
        raise IntegrityError(
            "Trees whose nodes lead downwards to a leaf were expected, found others.",
            "Train the model again, or restore the artifact from a backup.",
        )


def _leaf(value: float) -> dict[str, Table]:
    return _nodes([0], [0.0], [-1], [-1], [0], [value])


def _boosting_nodes(nodes: Any) -> dict[str, Table]:
    is_leaf = nodes["is_leaf"].astype(bool)
    return _nodes(
        nodes["feature_idx"],
        nodes["num_threshold"],
        np.where(is_leaf, -1, nodes["left"].astype(np.int64)),
        np.where(is_leaf, -1, nodes["right"].astype(np.int64)),
        nodes["missing_go_to_left"],
        np.where(is_leaf, nodes["value"], 0.0),
    )


def _forest_nodes(tree: Any, count: int) -> dict[str, Table]:
    is_leaf = tree.children_left < 0
    return _nodes(
        np.maximum(tree.feature, 0),
        np.where(is_leaf, 0.0, tree.threshold),
        tree.children_left,
        tree.children_right,
        tree.missing_go_to_left,
        np.where(is_leaf, tree.value[:, 0, 0], 0.0) / count,
    )


def _nodes(feature: Any, threshold: Any, left: Any, right: Any, missing_left: Any, value: Any) -> dict[str, Table]:
    return {
        "feature": np.asarray(feature, dtype=np.int64),
        "threshold": np.asarray(threshold, dtype=np.float64),
        "left": np.asarray(left, dtype=np.int64),
        "right": np.asarray(right, dtype=np.int64),
        "missing_left": np.asarray(missing_left, dtype=np.int64),
        "leaf_value": np.asarray(value, dtype=np.float64),
    }


def _joined(trees: Sequence[dict[str, Table]]) -> dict[str, Table]:
    """One set of arrays for all trees, the positions of nodes counted through."""
    sizes = [len(tree["feature"]) for tree in trees]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    arrays: dict[str, Table] = {"tree_start": starts}
    for name in ("feature", "threshold", "missing_left", "leaf_value"):
        arrays[name] = np.concatenate([tree[name] for tree in trees])
    for name in ("left", "right"):
        arrays[name] = np.concatenate(
            [np.where(tree[name] >= 0, tree[name] + start, -1) for tree, start in zip(trees, starts, strict=True)]
        ).astype(np.int64)
    return arrays
