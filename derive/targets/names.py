"""Names of activations and losses as a reader meets them, in each language."""

from __future__ import annotations

from collections.abc import Mapping

from derive.targets.wording import words

NAMES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "relu": "ReLU",
        "leaky_relu": "leaky ReLU",
        "any_upstream": "the rest of the network to first order, any D",
        "thresholded_relu": "thresholded ReLU",
        "relu6": "ReLU6",
        "elu": "ELU",
        "selu": "SELU",
        "celu": "CELU",
        "gelu": "GELU",
        "gelu_tanh": "GELU (tanh)",
        "silu": "SiLU",
        "gaussian_nll": "Gaussian likelihood",
        "huber": "Huber",
        "kl_divergence": "KL divergence",
        "log_cosh": "log-cosh",
        "negative_log_likelihood": "negative log-likelihood",
        "poisson": "Poisson",
    },
    "zh": {
        "identity": "恒等函数",
        "sigmoid": "sigmoid",
        "tanh": "tanh",
        "relu": "ReLU",
        "leaky_relu": "带泄漏 ReLU",
        "softmax": "softmax",
        "log_softmax": "对数 softmax",
        "relu6": "ReLU6",
        "elu": "ELU",
        "selu": "SELU",
        "celu": "CELU",
        "gelu": "GELU",
        "gelu_tanh": "GELU（tanh 近似）",
        "silu": "SiLU",
        "swish": "swish",
        "mish": "mish",
        "softplus": "softplus",
        "softsign": "softsign",
        "hard_sigmoid": "分段线性 sigmoid",
        "hard_swish": "分段 swish",
        "hard_tanh": "分段线性 tanh",
        "thresholded_relu": "阈值 ReLU",
        "soft_shrink": "软收缩",
        "hard_shrink": "硬收缩",
        "tanhshrink": "tanh 收缩",
        "log_sigmoid": "对数 sigmoid",
        "exp": "指数函数",
        "sine": "正弦",
        "gaussian": "高斯函数",
        "squareplus": "squareplus",
        "bent_identity": "弯曲恒等函数",
        "squared_error": "平方误差",
        "any_upstream": "网络其余部分的一阶近似，D 任意",
        "binary_cross_entropy": "二元交叉熵",
        "cross_entropy": "交叉熵",
        "absolute_error": "绝对误差",
        "huber": "Huber 损失",
        "log_cosh": "对数双曲余弦损失",
        "hinge": "合页损失",
        "squared_hinge": "平方合页损失",
        "exponential": "指数损失",
        "poisson": "泊松损失",
        "negative_log_likelihood": "负对数似然",
        "focal": "焦点损失",
        "kl_divergence": "KL 散度",
        "quantile": "分位数损失",
        "gaussian_nll": "高斯负对数似然",
        "regularizer": "正则项",
    },
}
"""What activations and losses are called; a name that is missing is read as words."""


def called(name: str, lang: str) -> str:
    """The name of an activation or a loss in a language."""
    return NAMES[lang].get(name) or words(name)
