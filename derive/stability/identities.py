"""Why a stable form equals the textbook form: one entry an identity, LaTeX and a sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    latex: str
    en: str
    zh: str


IDENTITIES = {
    "t": Identity(
        r"t = e^{-|u|} \in (0, 1], \quad e^{u} = 1/t \ (u \ge 0), \quad e^{u} = t \ (u < 0)",
        "Every exponential is written in t, which never overflows.",
        "所有指数都用 t 表示，t 不会溢出。",
    ),
    "log": Identity(
        r"\log(c\,t^{k} p(t)) = \log c - k|u| + \log p(t)",
        "The logarithm of a power of t is a multiple of |u|: nothing is exponentiated and taken back.",
        "t 的幂的对数是 |u| 的倍数：不必先取指数再取对数。",
    ),
    "log1p": Identity(
        r"\log(1 + x) = \operatorname{log1p}(x)",
        "log1p keeps the digits of a small x, which 1 + x loses.",
        "x 很小时 1 + x 会丢失有效数字，log1p 不会。",
    ),
    "expm1": Identity(
        r"e^{x} - 1 = \operatorname{expm1}(x)",
        "expm1 keeps the digits that the subtraction of 1 loses near x = 0.",
        "在 x = 0 附近减 1 会丢失有效数字，expm1 不会。",
    ),
    "erfc": Identity(
        r"1 + \operatorname{erf}(x) = \operatorname{erfc}(-x)",
        "erfc keeps the digits of the tail, where erf is rounded to ±1.",
        "erf 在尾部被舍入为 ±1，erfc 保留尾部的有效数字。",
    ),
    "half": Identity(
        r"1 - \sin x = 2\cos^2\bigl(\tfrac{\pi}{4} + \tfrac{x}{2}\bigr)",
        "A square keeps the digits that the subtraction from 1 loses near its zero.",
        "在零点附近，与 1 相减会丢失有效数字，平方式不会。",
    ),
    "conjugate": Identity(
        r"\sqrt{p} - q = \frac{p - q^2}{\sqrt{p} + q}",
        "Multiplying by the conjugate turns a difference of near numbers into a sum.",
        "乘以共轭式，把两个相近的数之差化为和。",
    ),
    "max": Identity(
        r"\max(z, 0) = z \ (z \ge 0), \quad 0 \ (z < 0)",
        "The two signs of z differ by this one term.",
        "z 的两种符号只差这一项。",
    ),
    "split": Identity(
        r"z \ge 0 \quad\text{or}\quad z < 0",
        "Each sign of z has its own form, in which nothing overflows or cancels.",
        "z 的每种符号各有一个式子，都不会溢出或相消。",
    ),
    "clip": Identity(
        r"f(z) = f(\min(z, c)) \ (z \le c)",
        "A branch sees only arguments from its own side.",
        "每个分支只会遇到自己一侧的自变量。",
    ),
    "complement": Identity(
        r"\sigma(u) = 1 - \sigma(-u), \quad \sigma(-|u|) = \frac{t}{1 + t}",
        "Only the small side is computed as a quotient; 1 minus it loses nothing.",
        "只用商计算较小的一侧，1 减去它不损失有效数字。",
    ),
    "tanh": Identity(
        r"\frac{\sinh x}{\cosh x} = \tanh x",
        "The quotient of two large numbers is one function that stays in [−1, 1].",
        "两个很大的数之商就是 tanh，其值在 [−1, 1] 之内。",
    ),
    "powers": Identity(
        r"e^{x}\,e^{-x} = 1",
        "Factors that cancel are cancelled before either of them overflows.",
        "互为倒数的因子先约去，以免其中一个溢出。",
    ),
    "difference": Identity(
        r"s = 1 - y a, \quad y a < 1 \iff s > 0",
        "The difference is computed once, in a form that keeps its digits, and its sign decides.",
        "先用保留有效数字的式子算出这个差，再由它的符号决定分支。",
    ),
    "limit": Identity(
        r"f(x) = f(\min(x, 700)) \ (x > 700) \quad\text{to the last digit}",
        "Beyond this bound the result no longer changes in double precision, and nothing overflows.",
        "超过这个界限后，双精度结果不再变化，也不会溢出。",
    ),
    "quotient": Identity(
        r"\frac{1}{q} - \frac{x}{q^{2}} = \frac{q - x}{q^{2}}",
        "Over one denominator the terms that cancel are cancelled exactly.",
        "通分之后，相消的项精确地消去。",
    ),
    "constants": Identity(
        r"c_1 c_2 \cdots c_k = c",
        "A product of constants is worked out beforehand and rounded once.",
        "常数的乘积事先算好，只舍入一次。",
    ),
    "series": Identity(
        r"f(z) = \textstyle\sum_{k} f^{(k)}(0)\,z^{k}/k!",
        "Near 0 the leading terms cancel, so the Taylor polynomial is used; its rest is below rounding.",
        "在 0 附近主项相消，改用泰勒多项式，余项小于舍入误差。",
    ),
    "shift": Identity(
        r"e^{z_k} / \textstyle\sum_j e^{z_j} = e^{z_k - M} / \sum_j e^{z_j - M}, \quad M = \max_j z_j",
        "Subtracting the maximum changes nothing and leaves no exponential above 1.",
        "减去最大值不改变结果，且所有指数都不超过 1。",
    ),
    "rest": Identity(
        r"\log \textstyle\sum_j e^{z_j - M} = \operatorname{log1p}\bigl(\sum_{j \ne j^*} e^{z_j - M}\bigr)",
        "The largest term of the sum is exactly 1, so log1p takes the others.",
        "和中最大的一项恰为 1，其余各项交给 log1p。",
    ),
}
