# ruff: noqa: E501
"""The worked example."""

SENTENCES: dict[str, dict[str, str]] = {
    "example": {"en": "A worked example", "zh": "算例"},
    "example text": {
        "en": "Two samples, {m}, printed to four decimals. The third column can be redone from the digits printed here and gives the digits that are printed; other entries may differ by one in the last place.",
        "zh": "两个样本（{m}），保留四位小数。第三列可以用这里印出的数字重算，得到的正是印出的数字；其他元素的最后一位可能相差 1。",
    },
    "example narrowed": {
        "en": "Two samples, {m}, and the same network with narrower layers, {widths}: its formulas are the same. Values are printed to four decimals. The third column can be redone from the digits printed here and gives the digits that are printed.",
        "zh": "两个样本（{m}），网络的各层改窄为 {widths}，公式不变。数值保留四位小数。第三列可以用这里印出的数字重算，得到的正是印出的数字。",
    },
    "quantity": {"en": "Result", "zh": "量"},
    "equation": {"en": "Eq.", "zh": "公式"},
    "by hand": {"en": "One entry, by hand", "zh": "手算一个元素"},
    "all entries": {"en": "All entries", "zh": "全部元素"},
    "one step": {
        "en": "One step of gradient descent with {rate} then leads to these parameters.",
        "zh": "取 {rate} 做一步梯度下降，得到新的参数：",
    },
    "cost falls": {
        "en": "With them the cost {J} falls from {before} to {after}.",
        "zh": "成本 {J} 由 {before} 降为 {after}。",
    },
    "mean": {"en": "the cost: mean over the samples", "zh": "成本函数：各样本损失的平均"},
    "cost": {"en": "the cost", "zh": "成本函数"},
}
