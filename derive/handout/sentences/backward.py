# ruff: noqa: E501
"""The backward pass and the page that collects everything."""

SENTENCES: dict[str, dict[str, str]] = {
    # the backward pass
    "backward": {"en": "The backward pass", "zh": "反向传播"},
    "backward text": {
        "en": "Each block has the same moves: the chain rule with all its sums, the one partial derivative that is new, the Kronecker deltas that collapse sums, and the rest read as arrays.",
        "zh": "每一段的步骤都相同：写出带有全部求和的链式法则，求出其中唯一的新偏导数，用克罗内克 δ 消去求和，最后写成数组运算。",
    },
    "from": {"en": "from {numbers}", "zh": "用到 {numbers}"},
    "definition": {"en": "what is to be found", "zh": "待求的量"},
    "assumed question": {"en": "What does it rest on?", "zh": "依据什么？"},
    "assumed": {"en": "On the assumption {assumed}.", "zh": "依据假设 {assumed}。"},
    "why fuse": {"en": "Why fuse?", "zh": "为什么合并？"},
    "fused": {
        "en": "With the upstream gradient kept, an entry of {symbol} is {kept}; with its value inserted it is {inserted}, which is {final}. The two are equal.",
        "zh": "若保留上游梯度，{symbol} 的元素为 {kept}；代入上游梯度的值，则为 {inserted}，即 {final}。两者相等。",
    },
    "fused divides": {
        "en": " A program that computes the first divides by what may round to 0; the second never does.",
        "zh": "按前者计算，程序会除以可能舍入为 0 的数；按后者则不会。",
    },
    "why this transpose": {"en": "Why this transpose?", "zh": "为什么这样转置？"},
    "only product": {
        "en": "Of the eight products of {first} and {second}, in either order, with and without transposes, {product} is the only one whose shape is {shape}, that of {of}.",
        "zh": "{first} 与 {second} 按两种次序、各自转置或不转置，共有八种乘积；只有 {product} 的维度是 {shape}，与 {of} 相同。",
    },
    # the page that collects everything
    "summary": {"en": "All formulas", "zh": "公式汇总"},
    "summary text": {
        "en": "Each formula with its number, where it comes from, and its line of NumPy.",
        "zh": "列出每个公式的编号、来由和对应的一行 NumPy 代码。",
    },
    "summary forward": {"en": "Forward, read down", "zh": "正向，自上而下"},
    "summary backward": {"en": "Backward, read up", "zh": "反向，自下而上"},
}
