# ruff: noqa: E501
"""The first page: conventions, symbols, the network and its graph."""

SENTENCES: dict[str, dict[str, str]] = {
    # the first page
    "kind": {"en": "Handout", "zh": "讲义"},
    "title": {"en": "Backpropagation, derived step by step", "zh": "反向传播：逐步推导"},
    "subtitle": {"en": "{layers}, with the loss {loss}", "zh": "{layers}，损失函数：{loss}"},
    "intro": {
        "en": "This handout takes one network from the likelihood behind its loss to the last line of its training code. Sums and indices stay in sight until the last line of each block, which reads them as operations on whole arrays. Every line was computed from the line before it and checked; the reason stands beside it, and each result has a number that the code repeats.",
        "zh": "本讲义从损失函数背后的似然出发，推导到训练代码的最后一行。每段推导都保留求和号与下标，到末行才写成整个数组的运算。每一行都由上一行计算得出并经过检验，右侧注明理由；每个结果都有编号，代码沿用同样的编号。",
    },
    "intro program": {
        "en": "This handout derives every gradient of one program. Sums and indices stay in sight until the last line of each block, which reads them as operations on whole arrays. Every line was computed from the line before it and checked; the reason stands beside it.",
        "zh": "本讲义推导一个程序的全部梯度。每段推导都保留求和号与下标，到末行才写成整个数组的运算。每一行都由上一行计算得出并经过检验，右侧注明理由。",
    },
    "conventions": {"en": "Conventions in force", "zh": "本讲义的约定"},
    "samples": {"en": "Samples", "zh": "样本"},
    "samples columns": {
        "en": "Samples are columns: column {i} of {X} is one sample, and there are {m} of them.",
        "zh": "样本按列排列：{X} 的第 {i} 列是一个样本，共有 {m} 个样本。",
    },
    "samples rows": {
        "en": "Samples are rows: row {i} of {X} is one sample, and there are {m} of them.",
        "zh": "样本按行排列：{X} 的第 {i} 行是一个样本，共有 {m} 个样本。",
    },
    "sizes": {"en": "Sizes", "zh": "规模"},
    "gradients": {"en": "Gradients", "zh": "梯度"},
    "gradients course": {
        "en": "{L} is {summed}, and {J} is the cost. For what the network computes, {d} means a derivative of {L}; for parameters, of {cost}. The factor {scale} therefore appears in the gradients of parameters and nowhere else.",
        "zh": "{L} 为{summed}，{J} 为成本函数。对网络计算得到的量，记号 {d} 表示 {L} 对它的导数；对参数，则表示 {cost} 对它的导数。因此系数 {scale} 只出现在参数的梯度中。",
    },
    "gradients exact": {
        "en": "{L} is {summed}, and {J} is the cost. Every {d} means a derivative of {cost}.",
        "zh": "{L} 为{summed}，{J} 为成本函数。所有记号 {d} 都表示 {cost} 的导数。",
    },
    "gradients same": {
        "en": "{cost} is the cost, {summed}. Every {d} means a derivative of it.",
        "zh": "{cost} 为成本函数，即{summed}。所有记号 {d} 都表示它的导数。",
    },
    "losses": {"en": "the sum of the losses", "zh": "各样本损失之和"},
    "losses and regularizer": {
        "en": "the sum of the losses and the regularizer",
        "zh": "各样本损失与正则项之和",
    },
    "shape rule": {"en": "Shapes", "zh": "维度"},
    "shape rule text": {
        "en": "A gradient has the shape of what it belongs to.",
        "zh": "每个量的梯度与该量的维度相同。",
    },
    "products": {"en": "Products", "zh": "乘积"},
    "products text": {
        "en": "{matrix} is the matrix product (`@`), {entrywise} the entrywise one (`*`). Fractions, powers {power} and functions of arrays are taken entry by entry.",
        "zh": "{matrix} 表示矩阵乘法（`@`），{entrywise} 表示逐元素乘积（`*`）。数组的分式、幂 {power} 和函数都逐元素计算。",
    },
    "ones": {"en": "Sums", "zh": "求和"},
    "ones text": {
        "en": "{ones} is a column of {m} ones, so that {sum} adds up each row of {A}.",
        "zh": "{ones} 是由 {m} 个 1 组成的列向量，{sum} 就是对 {A} 的每一行求和。",
    },
    "delta": {"en": "Kronecker delta", "zh": "克罗内克 δ"},
    "delta text": {
        "en": "{delta} is 1 where {i} and {k} are equal, else 0, so that {sum}.",
        "zh": "当 {i} 与 {k} 相等时 {delta} 为 1，否则为 0，因此 {sum}。",
    },
    "masks": {"en": "Ranges", "zh": "范围"},
    "masks text": {
        "en": "Indices count from 0; {mask} is 1 where that holds, else 0.",
        "zh": "下标从 0 开始；{mask} 在括号内的条件成立时为 1，否则为 0。",
    },
    "kinks": {"en": "Kinks", "zh": "不可导点"},
    "kink": {
        "en": "At {point}, where {name} has no derivative, it is declared to be {value}. ",
        "zh": "{name} 在 {point} 处不可导，约定其导数为 {value}。",
    },
    "assumptions": {"en": "Assumptions", "zh": "假设"},
    "symbol": {"en": "Symbol", "zh": "符号"},
    "shape": {"en": "Shape", "zh": "维度"},
    "meaning": {"en": "Meaning", "zh": "含义"},
    "weighted sum": {"en": "pre-activations", "zh": "线性输出"},
    "weights": {"en": "weights", "zh": "权重"},
    "biases": {"en": "biases", "zh": "偏置"},
    "input": {"en": "inputs", "zh": "输入"},
    "label": {"en": "labels", "zh": "标签"},
    "hyperparameter": {"en": "hyperparameter", "zh": "超参数"},
    "node": {"en": "computed", "zh": "由计算得到"},
    "parameter": {"en": "parameter", "zh": "参数"},
    "direction": {"en": "direction", "zh": "方向"},
    "gradient": {"en": "upstream gradient", "zh": "上游梯度"},
    # the network and its graph
    "input below": {"en": "{n} input", "zh": "{n} 个输入"},
    "inputs below": {"en": "{n} inputs", "zh": "{n} 个输入"},
    "units below": {"en": "{n} {name}", "zh": "{n} 个 {name} 单元"},
    "network described": {
        "en": "Picture of the network: {layers}",
        "zh": "网络结构图：{layers}",
    },
    "graph": {"en": "The computational graph", "zh": "计算图"},
    "graph text": {
        "en": "Values travel from left to right along the solid arrows, gradients from right to left along the dashed ones. The plan of the backward pass is read off from the right: no step needs what has not been computed yet.",
        "zh": "数值沿实线箭头从左向右传播，梯度沿虚线箭头从右向左传播。从右端读起，就得到反向传播的次序：每一步只用到已经算出的量。",
    },
    "graph caption": {
        "en": "The network as a graph. Solid: forward; dashed: backward.",
        "zh": "用计算图表示的网络。实线：正向；虚线：反向。",
    },
    "graph caption values": {
        "en": "The network as a graph, with the numbers of the first sample of the worked example: values above, gradients below. Solid: forward; dashed: backward.",
        "zh": "用计算图表示的网络，数字取自算例的第一个样本：上方为数值，下方为梯度。实线：正向；虚线：反向。",
    },
    "figure": {"en": "Figure {number}.", "zh": "图 {number}"},
}
