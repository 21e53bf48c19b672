"""Static graphs: what is built, what a session computes, how optimizers move, what errors say."""

from __future__ import annotations

from collections import namedtuple

import numpy as np
import pytest

import retrograd as rg
import retrograd.interop.tf1 as tf
from retrograd.base.errors import (
    ArgumentError,
    ArgumentTypeError,
    DTypeError,
    EvaluationError,
    MissingError,
    ShapeError,
)


@pytest.fixture(autouse=True)
def empty_graph():
    with tf.Graph().as_default():
        yield


def run(fetches, feed=None):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(fetches, feed)


# ---------------------------------------------------------------- building
@pytest.mark.parametrize("make,shape", [
    (lambda x, w: tf.matmul(x, w), [None, 4]),
    (lambda x, w: tf.matmul(x, w) + tf.zeros([4]), [None, 4]),
    (lambda x, w: tf.matmul(w, x, transpose_a=True, transpose_b=True), [4, None]),
    (lambda x, w: tf.reduce_mean(x), []),
    (lambda x, w: tf.reduce_sum(x, axis=1, keepdims=True), [None, 1]),
    (lambda x, w: tf.reduce_max(x, reduction_indices=[0]), [3]),
    (lambda x, w: tf.argmax(x, 1), [None]),
    (lambda x, w: tf.reshape(x, [-1, 9]), [None, 9]),
    (lambda x, w: tf.transpose(x), [3, None]),
    (lambda x, w: tf.expand_dims(x, 1), [None, 1, 3]),
    (lambda x, w: tf.nn.softmax(x) * 2.0 - 1, [None, 3]),
    (lambda x, w: tf.concat([x, x], 1), [None, 6]),
    (lambda x, w: tf.stack([w, w]), [2, 3, 4]),
    (lambda x, w: x[:, 0], [None]),
    (lambda x, w: tf.one_hot(tf.argmax(x, 1), 5), [None, 5]),
])
def test_shapes_are_known_as_far_as_they_can_be(make, shape):
    x, w = tf.placeholder(tf.float32, (None, 3)), tf.Variable(tf.random_normal([3, 4]))
    assert make(x, w).get_shape().as_list() == shape
    assert make(tf.placeholder(tf.float32), w).shape is None or make(tf.placeholder(tf.float32), w).dtype


def test_building_draws_no_random_numbers():
    state = rg.get_rng_state()
    tf.Variable(tf.random_normal([3]) * 2.0)
    tf.nn.dropout(tf.zeros([3]), 0.5)
    assert rg.equal(state, rg.get_rng_state())


def test_nodes_are_named_as_tensorflow_names_them():
    a = tf.constant(1.0)
    assert (a + a).name == "add:0" and (a + a).name == "add_1:0"
    with tf.name_scope("layer"):
        assert tf.Variable(1.0, name="W").name == "layer/W:0"
    assert repr(tf.placeholder(tf.float32, (None, 2), name="x")) == \
        "<tf.Tensor 'x:0' shape=(?, 2) dtype=float32>"


def test_a_shape_error_is_raised_where_the_graph_is_built():
    with pytest.raises(ShapeError, match="inner sizes"):
        tf.matmul(tf.zeros([2, 3]), tf.zeros([2, 3]))


def test_dtypes_must_agree_and_numbers_adapt():
    i, f = tf.constant([1, 2]), tf.constant([1.0, 2.0])
    assert (
        i.dtype is tf.int32
        and f.dtype is tf.float32
        and (i * 2).dtype is tf.int32
        and (f * 2).dtype is tf.float32
    )
    with pytest.raises(DTypeError, match=r"tf.cast\(x"):
        i + f
    with pytest.raises(DTypeError, match="tf.cast"):
        i * 1.5
    assert run(tf.cast(i, tf.float32) + f).tolist() == [2.0, 4.0]
    assert run(np.ones(2) * f + [1, 1]).tolist() == [2.0, 3.0]


def test_a_node_has_no_truth_value_and_no_elements():
    a = tf.constant([1.0])
    with pytest.raises(ArgumentTypeError, match="sess.run"):
        bool(a)
    with pytest.raises(ArgumentTypeError, match="sess.run"):
        list(a)
    assert a == a and a != tf.constant([1.0])        # == compares nodes, as in TensorFlow 1


# ---------------------------------------------------------------- running
X = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)


def np_softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


@pytest.mark.parametrize(
    "make,expected",
    [
        (lambda x: tf.square(x) - 2.0 / tf.exp(x), X**2 - 2 / np.exp(X)),
        (
            lambda x: 1 - tf.sqrt(tf.abs(x)) ** 2 + (-x) // 0.5 + x % 0.3,
            1 - np.abs(X) + (-X) // 0.5 + X % np.float32(0.3),
        ),
        (lambda x: tf.tanh(x) + tf.sigmoid(x) + tf.log(tf.exp(x)), np.tanh(X) + 1 / (1 + np.exp(-X)) + X),
        (lambda x: tf.nn.relu(x), np.maximum(X, 0)),
        (lambda x: tf.nn.softmax(x), np_softmax(X)),
        (lambda x: tf.matmul(x, x, transpose_b=True), X @ X.T),
        (lambda x: tf.reduce_mean(x, 0), X.mean(0)),
        (lambda x: tf.reduce_prod(x, axis=1), X.prod(1)),
        (lambda x: tf.argmax(x, axis=1), X.argmax(1)),
        (
            lambda x: tf.cast(tf.equal(tf.argmax(x, 1), [0, 1, 2, 0]), tf.float32),
            (X.argmax(1) == [0, 1, 2, 0]) * 1.0,
        ),
        (lambda x: tf.where(x > 0, x, tf.zeros_like(x)), np.maximum(X, 0)),
        (lambda x: tf.clip_by_value(x, -0.5, 0.5), X.clip(-0.5, 0.5)),
        (lambda x: tf.shape(x), [4, 3]),
        (lambda x: tf.reshape(x, [tf.shape(x)[0], -1]), X),
        (lambda x: tf.reshape(x, tf.constant([3, 4])), X.reshape(3, 4)),
        (lambda x: tf.ones(tf.shape(x)) + tf.zeros_like(x), np.ones((4, 3))),
        (lambda x: tf.gather(x, [[0, 1], [2, 3]]), X.reshape(2, 2, 3)),
        (lambda x: tf.add_n([x, x, x]), 3 * X),
        (lambda x: tf.nn.l2_loss(x), (X**2).sum() / 2),
        (lambda x: tf.nn.bias_add(x, [1.0, 2.0, 3.0]), X + [1, 2, 3]),
        (
            lambda x: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1, 2, 0], logits=x),
            -np.log(np_softmax(X))[range(4), [0, 1, 2, 0]],
        ),
        (
            lambda x: tf.nn.softmax_cross_entropy_with_logits(labels=np_softmax(X + 1), logits=x),
            -(np_softmax(X + 1) * np.log(np_softmax(X))).sum(-1),
        ),
        (
            lambda x: tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(x), logits=x),
            np.log1p(np.exp(-X)),
        ),
        (lambda x: tf.squeeze(tf.expand_dims(x, 1), [1]) + tf.tile(x[:1], [4, 1]), X + X[:1]),
    ],
)
def test_operations_compute_what_numpy_does(make, expected):
    x = tf.placeholder(tf.float32, (None, 3))
    got = run(make(x), {x: X})
    assert got.shape == np.shape(expected)
    np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-6)  # some ulp of float32 through exp and log


def test_fetches_keep_their_nesting():
    a, b = tf.constant(1.0), tf.constant([2, 3])
    pair = namedtuple("pair", "x y")
    out = run([a, (b, {"k": a}), pair(a, b), "Const:0", tf.no_op()])
    assert (
        out[0] == 1.0
        and type(out[0]) is np.float32
        and out[1][0].tolist() == [2, 3]
        and out[1][1] == {"k": 1.0}
    )
    assert type(out[2]) is pair and out[3] == 1.0 and out[4] is None


def test_an_intermediate_node_can_be_fed():
    x = tf.placeholder(tf.float32, ())
    y = x * 2.0
    assert run(y + 1, {y: 10.0}) == 11.0


def test_random_nodes_draw_anew_and_seeds_repeat():
    r = tf.random_normal([100], mean=5.0, stddev=0.1)
    with tf.Session() as sess:
        a, b = sess.run(r), sess.run(r)
        assert (a != b).any() and abs(a.mean() - 5) < 0.1
        tf.set_random_seed(3)
        a = sess.run(r)
        tf.set_random_seed(3)
        assert (a == sess.run(r)).all()
    assert np.abs(run(tf.truncated_normal([1000]))).max() <= 2
    u = run(tf.random_uniform([1000], -1, 3))
    assert u.min() >= -1 and u.max() < 3 and abs(u.mean() - 1) < 0.2


def test_variables_keep_their_values_between_runs_and_sessions_do_not_share():
    v = tf.Variable([1.0, 2.0])
    copy = tf.Variable(v.initialized_value() * 10)
    up = tf.assign_add(v, [1.0, 1.0])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(up)
        sess.run(up)
        sess.run(copy.assign(copy - v))
        assert sess.run([v, copy])[0].tolist() == [3.0, 4.0] and copy.eval().tolist() == [7.0, 16.0]
    with tf.Session() as sess, pytest.raises(EvaluationError):
        sess.run(v)


def test_interactive_sessions_are_the_default():
    sess = tf.InteractiveSession()
    try:
        assert (tf.constant(2.0) * 3).eval() == 6.0 and tf.get_default_session() is sess
    finally:
        sess.close()
    assert tf.get_default_session() is None


def test_a_fetched_array_is_the_callers_own():
    v = tf.Variable([1.0])
    with tf.Session() as sess:
        sess.run(v.initializer)
        sess.run(v)[0] = 9
        assert sess.run(v).tolist() == [1.0]


# ---------------------------------------------------------------- derivatives
def test_gradients_of_variables_placeholders_and_intermediates():
    x, w = tf.placeholder(tf.float32, (None, 3)), tf.Variable([[1.0], [2.0], [3.0]])
    h = tf.matmul(x, w)
    y = tf.reduce_sum(tf.square(h))
    dx, dw, dh, none = tf.gradients(y, [x, w, h, tf.Variable(1.0)])
    assert none is None and dw.get_shape().as_list() == [3, 1]
    gx, gw, gh = run([dx, dw, dh], {x: X})
    out = X @ [[1.0], [2.0], [3.0]]
    np.testing.assert_allclose(gh, 2 * out, rtol=1e-5)
    np.testing.assert_allclose(gw, X.T @ (2 * out), rtol=1e-5)
    np.testing.assert_allclose(gx, (2 * out) @ [[1.0, 2.0, 3.0]], rtol=1e-5)


def test_second_derivatives_and_weights():
    x = tf.placeholder(tf.float64, ())
    first, = tf.gradients(x**4, x)
    second, = tf.gradients(first, x)
    third, = tf.gradients(second * 2, [x], grad_ys=[10.0])
    assert run([first, second, third], {x: 3.0}) == [108.0, 108.0, 1440.0]


def test_stop_gradient():
    x = tf.placeholder(tf.float32, ())
    g, = tf.gradients(x * tf.stop_gradient(x), x)
    assert run(g, {x: 3.0}) == 3.0


def _torch_steps(torch, make, start, steps):
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = make([w])
    for _ in range(steps):
        optimizer.zero_grad()
        ((w**2).sum() + w.prod()).backward()
        optimizer.step()
    return w.tolist()


@pytest.mark.parametrize("ours,theirs", [
    (lambda: tf.train.GradientDescentOptimizer(0.1), lambda torch, p: torch.optim.SGD(p, lr=0.1)),
    (lambda: tf.train.MomentumOptimizer(0.1, 0.9), lambda torch, p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    (lambda: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
     lambda torch, p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    (lambda: tf.train.AdagradOptimizer(0.1, 0.1),
     lambda torch, p: torch.optim.Adagrad(p, lr=0.1, initial_accumulator_value=0.1, eps=0)),
])
def test_optimizers_move_as_pytorchs_with_the_same_formula(torch, ours, theirs):
    w = tf.Variable([1.0, -2.0, 3.0], dtype=tf.float64)
    train = ours().minimize(tf.reduce_sum(w**2) + tf.reduce_prod(w))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(10):
            sess.run(train)
        got = sess.run(w)
    # 10 steps of a few roundings each, grown by the loss's curvature
    np.testing.assert_allclose(
        got, _torch_steps(torch, lambda p: theirs(torch, p), [1.0, -2.0, 3.0], 10), rtol=1e-12
    )


def test_adam_follows_its_formula():
    w = tf.Variable(1.0, dtype=tf.float64)
    train = tf.train.AdamOptimizer(0.1).minimize(w**2)
    x, m, v = 1.0, 0.0, 0.0
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for t in range(1, 20):
            sess.run(train)
            g = 2 * x
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            x -= 0.1 * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t) * m / (v**0.5 + 1e-8)
        assert sess.run(w) == pytest.approx(x, rel=1e-12)      # 20 steps of some ten roundings


def test_the_loss_fetched_with_a_step_is_from_before_it():
    w = tf.Variable(1.0)
    loss = w * w
    train = tf.train.GradientDescentOptimizer(0.25).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run([train, loss]) == [None, 1.0] and sess.run(loss) == 0.25


def test_compute_and_apply_gradients_with_clipping_rate_and_step():
    w, rate = tf.Variable(10.0), tf.placeholder(tf.float32, ())
    count = tf.Variable(0, trainable=False)
    optimizer = tf.train.GradientDescentOptimizer(rate)
    pairs = optimizer.compute_gradients(w * w)
    assert [v for _, v in pairs] == [w]
    train = optimizer.apply_gradients(
        [(tf.clip_by_value(g, -1.0, 1.0), v) for g, v in pairs], global_step=count
    )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(train, {rate: 0.5})
        assert sess.run([w, count]) == [9.5, 1]


def test_a_classifier_learns():
    rng = np.random.default_rng(0)
    data = rng.standard_normal((200, 2)).astype(np.float32)
    labels = (data[:, 0] * data[:, 1] > 0).astype(np.int64)
    x, t = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.int64, [None])
    keep = tf.placeholder(tf.float32)
    h = tf.nn.dropout(
        tf.nn.relu(tf.matmul(x, tf.Variable(tf.random_normal([2, 32]))) + tf.Variable(tf.zeros([32]))), keep
    )
    logits = tf.matmul(h, tf.Variable(tf.random_normal([32, 2], stddev=0.1))) + tf.Variable(tf.zeros([2]))
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=tf.one_hot(t, 2), logits=logits))
    accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), t), tf.float32))
    train = tf.train.AdamOptimizer(0.02).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(150):
            sess.run(train, {x: data, t: labels, keep: 0.9})
        assert sess.run(accuracy, {x: data, t: labels, keep: 1.0}) > 0.95


# ---------------------------------------------------------------- errors
def test_a_placeholder_that_is_not_fed_is_named_with_its_line():
    x = tf.placeholder(tf.float32, (None, 2), name="pixels")
    with pytest.raises(ArgumentError) as info:
        run(x + 1)
    text = str(info.value)
    assert (
        "placeholder 'pixels' (float32, shape (?, 2)) is not fed" in text and "feed_dict={x: array}" in text
    )
    assert "test_tf1.py" in text


def test_a_variable_without_a_value_is_named():
    w = tf.Variable(1.0, name="weights")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(w * w)
    with tf.Session() as sess:
        for fetch in (w, train, tf.assign_add(w, 1.0)):
            with pytest.raises(
                EvaluationError, match=r"'weights' has no value(.|\n)*global_variables_initializer"
            ):
                sess.run(fetch)


def test_a_feed_of_the_wrong_shape_or_kind_is_named():
    x = tf.placeholder(tf.float32, (None, 2), name="x")
    with pytest.raises(ShapeError, match=r"'x' is fed an array of shape \(3,\)(.|\n)*\(\?, 2\)"):
        run(x, {x: [1, 2, 3]})
    with pytest.raises(ArgumentTypeError, match="'x' is no float32 array"):
        run(x, {x: "text"})


def test_an_error_in_a_run_names_the_node_and_its_line():
    x = tf.placeholder(tf.float32)
    product = tf.matmul(x, tf.zeros([3, 1]), name="layer1")
    with pytest.raises(ShapeError) as info:
        run(product, {x: np.ones((2, 2))})
    assert "MatMul 'layer1'" in str(info.value) and "test_tf1.py" in str(info.value)


def test_a_failed_run_changes_no_variable():
    w, x = tf.Variable([1.0, 1.0]), tf.placeholder(tf.float32)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(w))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(ShapeError):
            sess.run([train, tf.assign(w, x)], {x: [1.0, 2.0, 3.0]})
        assert sess.run(w).tolist() == [1.0, 1.0]


def test_other_mistakes_say_what_to_do():
    with pytest.raises(ArgumentError, match="labels=..., logits=..."):
        tf.nn.softmax_cross_entropy_with_logits(tf.zeros([2]), tf.zeros([2]))
    with pytest.raises(ArgumentError, match="no variable has a gradient"):
        tf.train.AdamOptimizer().minimize(tf.constant(1.0))
    with pytest.raises(ArgumentError, match="no default session"):
        tf.constant(1.0).eval()
    a = tf.constant(1.0)
    with tf.Graph().as_default(), pytest.raises(ArgumentError, match="another graph"):
        a + 1
    with tf.Session() as sess:
        with pytest.raises(ArgumentTypeError, match="cannot be fetched"):
            sess.run(3)
        with pytest.raises(ArgumentError, match="no node 'nothing:0'"):
            sess.run("nothing:0")
    with pytest.raises(ArgumentError, match="closed"):
        sess.run(a)


def test_names_that_are_not_there_say_so():
    for name, text in (("reduce_men", "tf.reduce_mean"), ("contrib", "not implemented yet")):
        with pytest.raises(MissingError, match=text):
            getattr(tf, name)
    with pytest.raises(MissingError, match="tf.nn.conv2d is not implemented yet"):
        _ = tf.nn.conv2d
    with pytest.raises(MissingError, match="retrograd.save"):
        _ = tf.train.Saver
    assert not hasattr(tf, "contrib")
