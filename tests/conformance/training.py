"""`torch.optim`, `torch.autograd`, `torch.utils.data`, `torch.utils.checkpoint`."""

from __future__ import annotations


def _of(name: str, *options: str) -> list[str]:
    return [f"trained(lambda w: optim.{name}(w{', ' + o if o else ''}))" for o in options]


def _rates(name: str, *options: str) -> list[str]:
    return [f"rates(lambda o: optim.lr_scheduler.{name}(o, {given}))" for given in options]


OPTIM = {
    "SGD": _of("SGD", "lr=0.1", "lr=0.05, momentum=0.9", "lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.1",
               "lr=0.02, momentum=0.8, dampening=0.3", "lr=0.01, maximize=True"),
    "Adam": _of("Adam", "", "lr=0.1, betas=(0.8, 0.9)", "lr=0.1, amsgrad=True, weight_decay=0.1", "lr=0.01, maximize=True, eps=1e-3"),
    "AdamW": _of("AdamW", "", "lr=0.1, weight_decay=0.5", "lr=0.1, amsgrad=True"),
    "RMSprop": _of("RMSprop", "", "lr=0.1, alpha=0.9, momentum=0.5", "lr=0.1, centered=True, weight_decay=0.1"),
    "Adagrad": _of("Adagrad", "", "lr=0.5, lr_decay=0.1", "lr=0.1, initial_accumulator_value=0.5, weight_decay=0.1"),
    "NAdam": _of("NAdam", "", "lr=0.1, betas=(0.8, 0.9)", "lr=0.1, momentum_decay=0.1, weight_decay=0.1"),
    "RAdam": _of("RAdam", "", "lr=0.1, betas=(0.8, 0.9)", "lr=0.1, weight_decay=0.1, decoupled_weight_decay=True"),
    "Adamax": _of("Adamax", "", "lr=0.1, betas=(0.8, 0.9)", "lr=0.1, eps=1e-3, weight_decay=0.1"),
    "Adadelta": _of("Adadelta", "", "lr=0.5, rho=0.8", "lr=2.0, eps=1e-3, weight_decay=0.1"),
    "Rprop": _of("Rprop", "", "lr=0.5, etas=(0.3, 1.5)", "lr=0.1, step_sizes=(0.05, 0.2)"),
    "LBFGS": ["trained(lambda w: optim.LBFGS(w, lr=0.1, max_iter=4), 2, True)",
              "trained(lambda w: optim.LBFGS(w, line_search_fn='strong_wolfe', max_iter=3), 2, True)",
              "trained(lambda w: optim.LBFGS(w, lr=0.01, max_iter=2, history_size=1), 2, True)"],
    "param_groups": ["sorted(optim.SGD([T.ones(1, requires_grad=True)], lr=0.1).param_groups[0])",
                     "optim.Adam([T.ones(1, requires_grad=True)]).param_groups[0]['betas']",
                     "trained(lambda w: optim.SGD([{'params': w[:1], 'lr': 0.2}, {'params': w[1:]}], lr=0.01))"],
    "defaults": ["sorted(optim.Adam([T.ones(1, requires_grad=True)]).defaults)", "optim.SGD([T.ones(1, requires_grad=True)], lr=0.1).defaults['lr']",
                 "optim.RMSprop([T.ones(1, requires_grad=True)]).defaults['alpha']"],
    "state_dict": ["optim.SGD([T.ones(1, requires_grad=True)], lr=0.1).state_dict()['state']",
                   "optim.Adam([T.ones(1, requires_grad=True)]).state_dict()['param_groups'][0]['params']",
                   "sorted(optim.AdamW([T.ones(1, requires_grad=True)]).state_dict())"],
    "add_param_group": ["(lambda o: (o.add_param_group({'params': [T.ones(1, requires_grad=True)], 'lr': 3.0}), [g['lr'] for g in o.param_groups])[1])"
                        "(optim.SGD([T.ones(1, requires_grad=True)], lr=0.1))",
                        "len(optim.SGD([{'params': [T.ones(1, requires_grad=True)]}], lr=1).param_groups)",
                        "repr(optim.SGD([T.ones(1, requires_grad=True)], lr=0.1)).split('(')[0]"],
    "zero_grad": ["(lambda w: (w.sum().backward(), optim.SGD([w], lr=1).zero_grad(), w.grad)[2])(a(2))",
                  "(lambda w: (w.sum().backward(), optim.SGD([w], lr=1).zero_grad(set_to_none=False), w.grad)[2])(a(2))",
                  "optim.SGD([a(2)], lr=1).zero_grad()"],
}

SCHEDULERS = {
    "StepLR": _rates("StepLR", "3", "4, gamma=0.5", "step_size=1, gamma=0.9"),
    "MultiStepLR": _rates("MultiStepLR", "[2, 5]", "milestones=[3], gamma=0.5", "[1, 1, 4]"),
    "ExponentialLR": _rates("ExponentialLR", "0.9", "gamma=1.0", "gamma=0.5"),
    "LambdaLR": _rates("LambdaLR", "lambda n: 1 / (n + 1)", "[lambda n: 0.5 ** n]", "lr_lambda=lambda n: 2"),
    "CosineAnnealingLR": _rates("CosineAnnealingLR", "10", "T_max=4, eta_min=0.1", "T_max=20"),
    "ReduceLROnPlateau": ["rates(lambda o: optim.lr_scheduler.ReduceLROnPlateau(o, patience=2), metric=lambda n: 1.0)",
                          "rates(lambda o: optim.lr_scheduler.ReduceLROnPlateau(o, 'max', factor=0.5, patience=1), metric=lambda n: -n)",
                          "rates(lambda o: optim.lr_scheduler.ReduceLROnPlateau(o, patience=0, cooldown=2, min_lr=0.01), metric=lambda n: 2.0)"],
    "MultiplicativeLR": _rates("MultiplicativeLR", "lambda n: 0.9", "[lambda n: 1 / n]", "lr_lambda=lambda n: n"),
    "ConstantLR": _rates("ConstantLR", "", "0.5, 3", "factor=1.0"),
    "LinearLR": _rates("LinearLR", "", "0.1, 0.9, 7", "start_factor=1.0, end_factor=0.0, total_iters=12"),
    "PolynomialLR": _rates("PolynomialLR", "", "20, 2.0", "total_iters=12, power=0.5"),
    "CosineAnnealingWarmRestarts": _rates("CosineAnnealingWarmRestarts", "4", "2, 2", "T_0=3, T_mult=1, eta_min=0.1"),
    "CyclicLR": _rates("CyclicLR", "0.1, 0.5, 4", "0.1, 0.5, 2, 3, mode='triangular2'", "[0.1], [1.0], 3, gamma=0.5, mode='exp_range'"),
    "OneCycleLR": _rates("OneCycleLR", "0.5, 12", "0.5, epochs=4, steps_per_epoch=3, three_phase=True", "[0.5], 12, anneal_strategy='linear'"),
    "SequentialLR": ["rates(lambda o: (lambda s: s.SequentialLR(o, [s.ConstantLR(o), s.StepLR(o, 2)], [4]))(optim.lr_scheduler))",
                     "rates(lambda o: (lambda s: s.SequentialLR(o, [s.LinearLR(o), s.ExponentialLR(o, 0.5)], milestones=[1]))(optim.lr_scheduler))",
                     "rates(lambda o: (lambda s: s.SequentialLR(o, [s.StepLR(o, 3)], []))(optim.lr_scheduler))"],
    "ChainedScheduler": ["rates(lambda o: (lambda s: s.ChainedScheduler([s.ConstantLR(o), s.StepLR(o, 2)]))(optim.lr_scheduler))",
                         "rates(lambda o: (lambda s: s.ChainedScheduler([s.ExponentialLR(o, 0.9), s.LinearLR(o)], o))(optim.lr_scheduler))",
                         "rates(lambda o: (lambda s: s.ChainedScheduler([s.StepLR(o, 3)]))(optim.lr_scheduler))"],
    "get_last_lr": ["(lambda o: optim.lr_scheduler.StepLR(o, 1).get_last_lr())(optim.SGD([a(1)], lr=0.5))",
                    "(lambda o: optim.lr_scheduler.ExponentialLR(o, 0.1).get_last_lr())(optim.SGD([a(1)], lr=0.5))",
                    "(lambda o: sorted(optim.lr_scheduler.StepLR(o, 1).state_dict())[:3])(optim.SGD([a(1)], lr=0.5))"],
}

AUTOGRAD = {
    "grad": ["(lambda x: T.autograd.grad((x ** 3).sum(), x))(a(3))", "(lambda x: T.autograd.grad(x * 2, x, T.ones(2, dtype=x.dtype)))(a(2))",
             "(lambda x, y: T.autograd.grad(x.sum(), [x, y], allow_unused=True))(a(2), a(2))",
             "(lambda x, y: T.autograd.grad(x.sum(), [x, y], allow_unused=True, materialize_grads=True))(a(2), a(2))",
             "(lambda x: T.autograd.grad(T.autograd.grad((x ** 3).sum(), x, create_graph=True)[0].sum(), x))(a(3))"],
    "backward": ["(lambda x: (T.autograd.backward((x * x).sum()), x.grad)[1])(a(2))",
                 "(lambda x: (T.autograd.backward([x.sum(), (x * 2).sum()]), x.grad)[1])(a(2))",
                 "(lambda x: (T.autograd.backward(x * 2, T.ones(2, dtype=x.dtype)), x.grad)[1])(a(2))"],
    "Variable": ["T.autograd.Variable(T.ones(2))", "T.autograd.Variable(T.ones(2), requires_grad=True).requires_grad",
                 "T.autograd.Variable(a(2)) * 2"],
    "gradcheck": ["T.autograd.gradcheck(T.sin, (T.ones(2, dtype=T.float64, requires_grad=True),))",
                  "T.autograd.gradcheck(lambda x, y: x @ y, (T.ones(2, 2, dtype=T.float64, requires_grad=True), "
                  "T.ones(2, 2, dtype=T.float64, requires_grad=True)))",
                  "T.autograd.gradcheck(lambda x: x.detach() * x, (T.ones(2, dtype=T.float64, requires_grad=True),), raise_exception=False)"],
    "Function": ["type('Sq', (T.autograd.Function,), {'forward': staticmethod(lambda c, x: (c.save_for_backward(x), x * x)[1]), "
                 "'backward': staticmethod(lambda c, g: 2 * c.saved_tensors[0] * g)}).apply(a(3))",
                 "type('Two', (T.autograd.Function,), {'forward': staticmethod(lambda c, x, y: (c.save_for_backward(x, y), x * y)[1]), "
                 "'backward': staticmethod(lambda c, g: (g * c.saved_tensors[1], None))}).apply(a(2), a(2))",
                 "type('St', (T.autograd.Function,), {'forward': staticmethod(lambda c, x: x.sign()), "
                 "'backward': staticmethod(lambda c, g: g)}).apply(a(3))"],
    "detect_anomaly": ["(lambda x: (T.autograd.detect_anomaly().__enter__(), x.exp().sum().backward(), T.autograd.set_detect_anomaly(False), x.grad)[3])(a(2))",
                       "T.autograd.set_detect_anomaly(False) is not None", "T.autograd.set_detect_anomaly(mode=False) is not None"],
}

_SET = "data.TensorDataset(T.arange(5), T.arange(5) * 2)"
DATA = {
    "TensorDataset": [f"{_SET}[1]", f"len({_SET})", f"{_SET}[1:3]"],
    "DataLoader": [f"list(data.DataLoader({_SET}, batch_size=2))", f"list(data.DataLoader({_SET}, 2, drop_last=True))",
                   f"len(data.DataLoader({_SET}, 3))", "list(data.DataLoader([{'x': 1.0, 'y': [1, 2]}] * 3, batch_size=2))",
                   f"sorted(x.item() for x, _ in data.DataLoader({_SET}, shuffle=True))",
                   f"list(data.DataLoader({_SET}, batch_size=2, collate_fn=len))"],
    "Subset": [f"data.Subset({_SET}, [3, 1])[0]", f"len(data.Subset({_SET}, range(2)))", f"list(data.DataLoader(data.Subset({_SET}, [4, 0])))"],
    "ConcatDataset": [f"data.ConcatDataset([{_SET}, {_SET}])[7]", f"len(data.ConcatDataset([{_SET}, {_SET}]))", f"data.ConcatDataset([{_SET}])[-1]"],
    "random_split": [f"[len(s) for s in data.random_split({_SET}, [2, 3])]", f"[len(s) for s in data.random_split({_SET}, [0.5, 0.5])]",
                     f"sorted(i for s in data.random_split({_SET}, [1, 4]) for i in s.indices)"],
    "Dataset": ["issubclass(data.TensorDataset, data.Dataset)", "len(type('D', (data.Dataset,), {'__len__': lambda s: 3, '__getitem__': lambda s, i: i})())",
                "list(data.DataLoader(type('D', (data.Dataset,), {'__len__': lambda s: 3, '__getitem__': lambda s, i: i})()))"],
    "checkpoint": ["__import__(T.__name__ + '.utils.checkpoint', fromlist='x').checkpoint(T.sin, a(3), use_reentrant=False)",
                   "__import__(T.__name__ + '.utils.checkpoint', fromlist='x').checkpoint(lambda x, y: (x @ y).tanh(), a(2, 2), a(2, 2), use_reentrant=False)",
                   "__import__(T.__name__ + '.utils.checkpoint', fromlist='x').checkpoint(lambda x: (x, x * 2), a(2), use_reentrant=False)"],
}
