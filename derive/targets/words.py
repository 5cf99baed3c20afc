# ruff: noqa: E501
"""Sentences of the sheet in each language; `{…}` is filled with mathematics from the derivation."""

from __future__ import annotations

from collections.abc import Mapping

from derive.targets.names import NAMES as NAMES
from derive.targets.names import called as called

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "kind": "Derivation",
        "subtitle": "{layers}, {loss}",
        "title": "Backpropagation, derived step by step",
        "intro full": "Every gradient below follows from the forward definitions by the rules named beside "
        "each line. Sums and indices stay in sight until the last line of a block, which reads them as "
        "operations on whole arrays. Nothing is quoted: each line was computed from the line before it.",
        "intro brief": "Every gradient below follows from the forward definitions by the rules named under it, and every "
        "step was computed and checked; the full sheet shows each of them.",
        "conventions": "Conventions",
        "samples": "Samples",
        "samples columns": r"Samples are columns: column $i$ of $X$ is one sample, and there are $m$ of them.",
        "samples rows": r"Samples are rows: row $i$ of $X$ is one sample, and there are $m$ of them.",
        "gradients": "Gradients",
        "gradients course": r"$\mathcal{{L}}$ is {summed} and $J = {scale}$ the cost. "
        r"For what the network computes, $d\,\cdot$ is a derivative of $\mathcal{{L}}$; for what it is given, "
        r"parameters among them, of $J$: the factor of $J$ enters there and nowhere else.",
        "gradients exact": r"$J = {scale}$ is the cost, with $\mathcal{{L}}$ {summed}. Every $d\,\cdot$ "
        "is a derivative of $J$.",
        "gradients same": r"$J = \mathcal{{L}}$ is the cost, {summed}. Every $d\,\cdot$ is a derivative of it.",
        "losses": "the sum of the losses",
        "and regularizer": " and the regularizer $R$",
        "sizes": "Sizes",
        "shape rule": "Shapes",
        "shape rule text": "A gradient has the shape of what it belongs to.",
        "products": "Products",
        "products text": r"$A\,B$ is the matrix product (\texttt{@}) and $A \odot B$ the entrywise product "
        r"(\texttt{*}). Fractions, powers $A^{\odot 2}$ and functions of arrays are taken entry by entry.",
        "ones": "Sums",
        "ones text": r"$\mathbf{1}_{m}$ is a column of $m$ ones, so that $A\,\mathbf{1}_{m}$ adds up each row "
        r"of $A$. A row or column added to a matrix is added to each of its rows or columns.",
        "delta": r"Kronecker $\delta$",
        "delta text": r"$\delta_{ik} = 1$ if $i = k$ and $0$ otherwise, so that $\sum_{k} \delta_{ik}\,u_{k} = u_{i}$.",
        "masks": "Ranges",
        "masks text": r"Indices count from 0, and $\mathbf{1}[0 \le i < n]$ is 1 where that holds and 0 elsewhere.",
        "kinks": "Kinks",
        "kink": r"At ${point}$, where {name} has no derivative, it is declared to be ${value}$",
        "assumptions": "Assumptions",
        "symbols": "Symbols and shapes",
        "layer": "Layer",
        "function": "function",
        "weights": "weights",
        "biases": "biases",
        "values": "values",
        "input": "input",
        "label": "labels",
        "parameter": "parameter",
        "hyperparameter": "hyperparameter",
        "node": "computed",
        "gradient": "gradient",
        "direction": "direction",
        "symbol": "Symbol",
        "shape": "Shape",
        "meaning": "Meaning",
        "forward": "The forward pass",
        "forward text": "Each box is one definition; the shapes on its right have to agree.",
        "entry": "one entry",
        "entrywise": "entry by entry",
        "loss": "The loss and the cost",
        "scalar": "scalar",
        "cost": "the cost that training makes small",
        "backward": "The backward pass",
        "backward text": "Each block has the same moves: the chain rule with all its sums, the one partial "
        r"derivative that is new, the $\delta$ that collapse sums, and the rest read as arrays.",
        "definition": "what is to be found",
        "from": "from",
        "assuming": "assuming",
        "summary": "All formulas",
        "summary text": "Every equation with its shape and its line of NumPy.",
        "because": "; ",
        "summary forward": "Forward, from top to bottom",
        "summary backward": "Backward, from top to bottom",
        "evidence": "What was proved",
        "evidence passed": r"All {checks} checks passed: each gradient was compared with the derivative of the "
        "forward definitions, and both sides of each step with each other, in exact arithmetic modulo the prime "
        r"${prime}$ (above $2^{{61}}$) on random values, at the sizes {sizes}. A wrong identity passes "
        r"one such check with a probability of at most its degree divided by $2^{{61}}$. The random values follow from "
        "seed {seed}, so that the run can be repeated.",
        "evidence carried": "{carried} of these checks were not evaluated: they are others under other names, and "
        "that the definitions correspond was verified.",
        "evidence failed": r"\textbf{{Do not use this sheet}}: {failures} of {checks} checks failed: {first}.",
        "evidence none": "Nothing was checked: this derivation was made without its proof.",
        "evidence scope": "The identities are checked at these sizes; that they hold at every size rests on the rules.",
        "code": "The program",
        "evidence numeric": r"The line of NumPy of each gradient was run, too, and agrees with derivatives found "
        r"numerically to a relative error of at most $10^{{{bound}}}$.",
        "evidence numeric failed": r"\textbf{{Do not use the lines of NumPy}}: run on random values, they differ from "
        r"derivatives found numerically by a relative error of more than $10^{{{bound}}}$.",
        "code of formulas": "These are the lines of NumPy of all formulas in the order in which they are computed. Numbers "
        "are those of the equations.",
        "code of training": "These are the lines of the training program, which computes the formulas above in forms "
        "that are equal to them and stay accurate for large arguments. Numbers are those of the equations.",
        "stop": ".",
        "join": ", ",
    },
    "zh": {
        "kind": "推导",
        "subtitle": "{layers}，{loss}",
        "title": "反向传播：逐步推导",
        "intro full": "下面的每个梯度都由正向定义推出，每一行右侧注明所用的规则。求和与下标一直保留到每段的最后一行，"
        "最后一行把它们写成整个数组的运算。没有一步是引用来的：每一行都由上一行计算得出。",
        "intro brief": "下面的每个梯度都由正向定义推出，所用的规则写在公式下面；每一步都经过计算和检验，完整版列出全部步骤。",
        "conventions": "约定",
        "samples": "样本",
        "samples columns": "样本按列排列：$X$ 的第 $i$ 列是一个样本，共有 $m$ 个样本。",
        "samples rows": "样本按行排列：$X$ 的第 $i$ 行是一个样本，共有 $m$ 个样本。",
        "gradients": "梯度",
        "gradients course": r"$\mathcal{{L}}$ 是{summed}，成本为 $J = {scale}$。对网络算出的量，"
        r"$d\,\cdot$ 是 $\mathcal{{L}}$ 的导数；对给定的量（包括参数），是 $J$ 的导数：$J$ 的系数只在那里出现。",
        "gradients exact": r"成本为 $J = {scale}$，$\mathcal{{L}}$ 是{summed}。每个 $d\,\cdot$ 都是 $J$ 的导数。",
        "gradients same": r"成本为 $J = \mathcal{{L}}$，即{summed}。每个 $d\,\cdot$ 都是它的导数。",
        "losses": "各样本损失之和",
        "and regularizer": "与正则项 $R$ 之和",
        "sizes": "规模",
        "shape rule": "维度",
        "shape rule text": "梯度的维度与它所属的量相同。",
        "products": "乘积",
        "products text": r"$A\,B$ 是矩阵乘法（\texttt{@}），$A \odot B$ 是逐元素乘积（\texttt{*}）。"
        r"数组的分式、幂 $A^{\odot 2}$ 和函数都逐元素计算。",
        "ones": "求和",
        "ones text": r"$\mathbf{1}_{m}$ 是由 $m$ 个 1 组成的列，因此 $A\,\mathbf{1}_{m}$ 是 $A$ 的各行之和。"
        "矩阵加一行或一列，就是加到它的每一行或每一列上（广播）。",
        "delta": r"克罗内克 $\delta$",
        "delta text": r"$i = k$ 时 $\delta_{ik} = 1$，否则为 $0$，因此 $\sum_{k} \delta_{ik}\,u_{k} = u_{i}$。",
        "masks": "范围",
        "masks text": r"下标从 0 开始；$\mathbf{1}[0 \le i < n]$ 在条件成立时为 1，否则为 0。",
        "kinks": "折点",
        "kink": r"{name} 在 ${point}$ 处没有导数，约定为 ${value}$",
        "assumptions": "假设",
        "symbols": "符号与维度",
        "layer": "层",
        "function": "函数",
        "weights": "权重",
        "biases": "偏置",
        "values": "取值",
        "input": "输入",
        "label": "标签",
        "parameter": "参数",
        "hyperparameter": "超参数",
        "node": "计算得出",
        "gradient": "梯度",
        "direction": "方向",
        "symbol": "符号",
        "shape": "维度",
        "meaning": "含义",
        "forward": "正向传播",
        "forward text": "每个框是一个定义；右侧的维度必须一致。",
        "entry": "一个元素",
        "entrywise": "逐元素",
        "loss": "损失函数与成本函数",
        "scalar": "标量",
        "cost": "训练要减小的成本",
        "backward": "反向传播",
        "backward text": r"每一段的步骤相同：写出带全部求和的链式法则，求出唯一新的偏导数，由 $\delta$ 消去求和，"
        "其余写成数组运算。",
        "definition": "所求的量",
        "from": "用到",
        "assuming": "假设",
        "summary": "公式汇总",
        "because": "；",
        "summary text": "每个公式及其维度和对应的一行 NumPy。",
        "summary forward": "正向，自上而下",
        "summary backward": "反向，自上而下",
        "evidence": "证明了什么",
        "evidence passed": r"{checks} 项检验全部通过：每个梯度与正向定义的导数比较，每一步的两边相互比较，"
        r"在维度 {sizes} 下取随机值，以大于 $2^{{61}}$ 的素数 ${prime}$ 为模做精确运算。"
        r"错误的等式通过一次检验的概率不超过其次数除以 $2^{{61}}$。随机值由种子 {seed} 决定，可以重复。",
        "evidence carried": "其中 {carried} 项未重新计算：它们与其他检验只差名称，并已验证其定义相互对应。",
        "evidence failed": r"\textbf{{不要使用这份讲义}}：{checks} 项检验中有 {failures} 项未通过：{first}。",
        "evidence none": "没有做检验：这份推导没有附带证明。",
        "evidence scope": "等式在上述维度下检验；对任意维度成立则依据所用的规则。",
        "code": "程序",
        "evidence numeric": r"各梯度的 NumPy 代码也已运行，与数值方法求得的导数相比，相对误差不超过 $10^{{{bound}}}$。",
        "evidence numeric failed": r"\textbf{{不要使用其中的 NumPy 代码}}：在随机值上运行时，"
        r"与数值方法求得的导数相比，相对误差超过 $10^{{{bound}}}$。",
        "code of formulas": "以下是全部公式的 NumPy 代码，按计算顺序排列。编号即公式编号。",
        "code of training": "以下是训练程序中的各行，它用与上面公式相等、并且在自变量很大时仍然精确的形式计算。编号即公式编号。",
        "stop": "。",
        "join": "、",
    },
}
