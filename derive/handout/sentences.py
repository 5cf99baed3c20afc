# ruff: noqa: E501
"""Sentences of the handout in each language. `{…}` is filled in by the part that says it."""

from __future__ import annotations

import re
from typing import Any

from derive.handout.blocks import Code, Inline, Text

SENTENCES: dict[str, dict[str, str]] = {
    # the first page
    "kind": {"en": "Handout", "zh": "讲义"},
    "title": {"en": "Backpropagation, derived step by step", "zh": "反向传播：逐步推导"},
    "subtitle": {"en": "{layers}, with the loss {loss}", "zh": "{layers}，损失函数：{loss}"},
    "intro": {
        "en": "This handout takes one network from the likelihood behind its loss to the last line of its training code. Sums and indices stay in sight until the last line of each block, which reads them as operations on whole arrays. Every line was computed from the line before it and checked; the reason stands beside it, and each result has a number that the code repeats.",
        "zh": "这份讲义从损失函数背后的似然出发，一直走到训练代码的最后一行。求和与下标一直保留到每段的最后一行，最后一行把它们写成整个数组的运算。每一行都由上一行计算得出并经过检验，右侧写明理由；每个结果都有编号，代码中使用同样的编号。",
    },
    "intro program": {
        "en": "This handout derives every gradient of one program. Sums and indices stay in sight until the last line of each block, which reads them as operations on whole arrays. Every line was computed from the line before it and checked; the reason stands beside it.",
        "zh": "这份讲义推导一个程序的全部梯度。求和与下标一直保留到每段的最后一行，最后一行把它们写成整个数组的运算。每一行都由上一行计算得出并经过检验，右侧写明理由。",
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
    "gradients": {"en": "Gradients", "zh": "梯度"},
    "gradients course": {
        "en": "{L} is {summed}, and {J} is the cost. For what the network computes, {d} means a derivative of {L}; for parameters, of {cost}. The factor {scale} therefore appears in the gradients of parameters and nowhere else.",
        "zh": "{L} 是{summed}，{J} 为成本函数。对网络算出的量，{d} 表示 {L} 的导数；对参数，表示 {cost} 的导数。因此系数 {scale} 只出现在参数的梯度中。",
    },
    "gradients exact": {
        "en": "{L} is {summed}, and {J} is the cost. Every {d} means a derivative of {cost}.",
        "zh": "{L} 是{summed}，{J} 为成本函数。每个 {d} 都表示 {cost} 的导数。",
    },
    "gradients same": {
        "en": "{cost} is the cost, {summed}. Every {d} means a derivative of it.",
        "zh": "{cost} 为成本函数，即{summed}。每个 {d} 都表示它的导数。",
    },
    "losses": {"en": "the sum of the losses", "zh": "各样本损失之和"},
    "losses and regularizer": {
        "en": "the sum of the losses and the regularizer",
        "zh": "各样本损失与正则项之和",
    },
    "shape rule": {"en": "Shapes", "zh": "维度"},
    "shape rule text": {
        "en": "A gradient has the shape of what it belongs to.",
        "zh": "梯度的维度与它所属的量相同。",
    },
    "products": {"en": "Products", "zh": "乘积"},
    "products text": {
        "en": "{matrix} is the matrix product (`@`), {entrywise} the entrywise one (`*`). Fractions, powers {power} and functions of arrays are taken entry by entry.",
        "zh": "{matrix} 是矩阵乘法（`@`），{entrywise} 是逐元素乘积（`*`）。数组的分式、幂 {power} 和函数都逐元素计算。",
    },
    "ones": {"en": "Sums", "zh": "求和"},
    "ones text": {
        "en": "{ones} is a column of {m} ones, so that {sum} adds up each row of {A}.",
        "zh": "{ones} 是由 {m} 个 1 组成的列，因此 {sum} 是 {A} 的各行之和。",
    },
    "delta": {"en": "Kronecker delta", "zh": "克罗内克 δ"},
    "delta text": {
        "en": "{delta} is 1 where {i} and {k} are equal, else 0, so that {sum}.",
        "zh": "{i} 与 {k} 相等时 {delta} 为 1，否则为 0，因此 {sum}。",
    },
    "masks": {"en": "Ranges", "zh": "范围"},
    "masks text": {
        "en": "Indices count from 0; {mask} is 1 where that holds, else 0.",
        "zh": "下标从 0 开始；{mask} 在条件成立时为 1，否则为 0。",
    },
    "kinks": {"en": "Kinks", "zh": "折点"},
    "kink": {
        "en": "At {point}, where {name} has no derivative, it is declared to be {value}. ",
        "zh": "{name} 在 {point} 处没有导数，约定为 {value}。",
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
    "node": {"en": "computed", "zh": "计算得出"},
    "parameter": {"en": "parameter", "zh": "参数"},
    "direction": {"en": "direction", "zh": "方向"},
    "gradient": {"en": "upstream gradient", "zh": "上游梯度"},
    # the network and its graph
    "inputs below": {"en": "{n} inputs", "zh": "{n} 个输入"},
    "units below": {"en": "{n} {name}", "zh": "{n} 个 {name}"},
    "network described": {
        "en": "Picture of the network: {layers}",
        "zh": "网络结构图：{layers}",
    },
    "graph": {"en": "The computational graph", "zh": "计算图"},
    "graph text": {
        "en": "Values travel from left to right along the solid arrows, gradients from right to left along the dashed ones. The plan of the backward pass is read off from the right: no step needs what has not been computed yet.",
        "zh": "数值沿实线箭头从左向右传播，梯度沿虚线箭头从右向左传播。从右端读起就得到反向传播的计划：每一步只用到已经算出的量。",
    },
    "graph caption": {
        "en": "The network as a graph. Solid: forward; dashed: backward.",
        "zh": "用计算图表示的网络。实线：正向；虚线：反向。",
    },
    "graph caption values": {
        "en": "The network as a graph, with the numbers of the first sample of the worked example: values above, gradients below. Solid: forward; dashed: backward.",
        "zh": "用计算图表示的网络，数字取自算例的第一个样本：上方为数值，下方为梯度。实线：正向；虚线：反向。",
    },
    "figure": {"en": "Figure", "zh": "图"},
    # where the loss comes from
    "likelihood": {"en": "Where the loss comes from", "zh": "损失函数从何而来"},
    "likelihood bernoulli": {
        "en": "Read the output {a} as the probability of the label 1. A label {y} that is 0 or 1 then has a Bernoulli distribution, and both cases fit in one formula.",
        "zh": "把输出 {a} 看作标签为 1 的概率。标签 {y} 取 0 或 1，服从伯努利分布，两种情形可以写成一个公式。",
    },
    "likelihood categorical": {
        "en": "Read the outputs {a} of a sample as the probabilities of its classes. The labels {y} are 1 for the class of the sample and 0 for the others, so that the product keeps one factor.",
        "zh": "把一个样本的输出 {a} 看作各类别的概率。标签 {y} 在样本所属类别处为 1，其余为 0，因此乘积中只留下一个因子。",
    },
    "likelihood gaussian": {
        "en": "Read the output {a} as the mean of the label {y}, which scatters around it with a normal distribution of variance 1.",
        "zh": "把输出 {a} 看作标签 {y} 的均值，标签在它周围服从方差为 1 的正态分布。",
    },
    "likelihood poisson": {
        "en": "Read the output {a} as the expected count; the label {y} then has a Poisson distribution.",
        "zh": "把输出 {a} 看作期望计数，标签 {y} 服从泊松分布。",
    },
    "likelihood step": {"en": "the likelihood of one label", "zh": "一个标签的似然"},
    "likelihood outputs": {"en": "the outputs of a sample are independent", "zh": "一个样本的各输出相互独立"},
    "likelihood log": {"en": "the logarithm turns powers into factors", "zh": "取对数，幂变为系数"},
    "likelihood sum": {"en": "and the product into a sum", "zh": "乘积变为求和"},
    "likelihood dropped": {
        "en": "the minus sign makes it a loss; what does not hold {a} is dropped: it moves no gradient",
        "zh": "取负号得到损失；不含 {a} 的项不影响梯度，可以去掉",
    },
    "likelihood sign": {"en": "the minus sign makes it a loss", "zh": "取负号得到损失"},
    "loss result": {"en": "{loss}, one sample", "zh": "{loss}，一个样本"},
    "likelihood cost": {
        "en": "The {m} samples are independent, so their likelihoods multiply. The most likely parameters make the product large, its logarithm large, and the mean of the losses small.",
        "zh": "{m} 个样本相互独立，似然相乘。最可能的参数使乘积最大，即对数最大，也就是平均损失最小。",
    },
    "likelihood product": {"en": "independent samples", "zh": "样本独立"},
    "likelihood mean": {
        "en": "logarithm, sign, and a factor that moves no minimum",
        "zh": "取对数、变号，再乘不影响极小点的系数",
    },
    "loss cases": {
        "en": "For the label 1 the loss is {one}, for the label 0 it is {zero}: a sure and wrong answer costs without bound. At {a} it costs {right} where it is right and {wrong} where it is wrong.",
        "zh": "标签为 1 时损失为 {one}，标签为 0 时为 {zero}：自信而错误的回答代价没有上界。在 {a} 处，答对的代价为 {right}，答错的代价为 {wrong}。",
    },
    "convex": {"en": "Why not the squared error after a sigmoid", "zh": "为什么 sigmoid 之后不用平方误差"},
    "convex text": {
        "en": "A loss that is convex in {z} leads a gradient downhill from everywhere. The second derivatives tell; both are written in {a}.",
        "zh": "损失若是 {z} 的凸函数，梯度在任何地方都指向下坡。二阶导数说明了一切，两者都用 {a} 表示。",
    },
    "convex cross": {"en": "cross-entropy: never negative, convex", "zh": "交叉熵：恒非负，凸"},
    "convex square": {"en": "squared error: changes its sign", "zh": "平方误差：会变号"},
    "convex verdict": {
        "en": "With the label {y} and {z} the second is {value}: there the squared error bends downwards, and its gradient, which holds the factor {slope}, is almost 0 exactly where the network is most wrong.",
        "zh": "当标签 {y}、{z} 时，后者为 {value}：平方误差在那里向下弯曲；它的梯度含有因子 {slope}，恰在网络错得最多的地方几乎为 0。",
    },
    # the forward pass
    "forward": {"en": "The forward pass", "zh": "正向传播"},
    "one neuron": {"en": "One neuron, one sample", "zh": "一个神经元，一个样本"},
    "one neuron text": {
        "en": "Neuron {k} of the first layer weighs the {n} inputs of sample {i}, adds its bias, and bends the sum.",
        "zh": "第一层的第 {k} 个神经元对样本 {i} 的 {n} 个输入加权求和，加上偏置，再经过激活函数。",
    },
    "neuron sum": {"en": "weighted sum of the inputs", "zh": "输入的加权和"},
    "neuron activation": {"en": "activation: one number in, one out", "zh": "激活：输入一个数，输出一个数"},
    "one layer": {"en": "One layer, one sample", "zh": "一层，一个样本"},
    "one layer text columns": {
        "en": "The {n} sums of a layer stand under each other: row after row of {weight} times the same inputs.",
        "zh": "一层的 {n} 个和上下排列：{weight} 的每一行乘以同样的输入。",
    },
    "one layer text rows": {
        "en": "The {n} sums of a layer stand side by side: the same inputs times column after column of {weight}.",
        "zh": "一层的 {n} 个和左右排列：同样的输入乘以 {weight} 的每一列。",
    },
    "stacked": {"en": "one matrix product", "zh": "一次矩阵乘法"},
    "all samples": {"en": "All samples: a loop, then one product", "zh": "所有样本：先循环，再写成一次乘法"},
    "all samples text": {
        "en": "Every sample goes the same way. A matrix product treats them one by one already, so that the loop is not needed.",
        "zh": "每个样本的计算相同。矩阵乘法本来就逐个处理样本，因此不需要循环。",
    },
    "a loop": {"en": "one sample after the other", "zh": "逐个样本"},
    "one product": {"en": "all samples at once", "zh": "所有样本一起"},
    "broadcast columns": {
        "en": "{bias} is a column. Added to a matrix with a column for each sample, it is repeated for each of them; NumPy calls this broadcasting.",
        "zh": "{bias} 是一列。把它加到每个样本占一列的矩阵上，就是加到每一列上；NumPy 称之为广播。",
    },
    "broadcast rows": {
        "en": "{bias} is a row. Added to a matrix with a row for each sample, it is repeated for each of them; NumPy calls this broadcasting.",
        "zh": "{bias} 是一行。把它加到每个样本占一行的矩阵上，就是加到每一行上；NumPy 称之为广播。",
    },
    "all definitions": {"en": "The whole forward pass", "zh": "完整的正向传播"},
    "forward definitions": {
        "en": "Every definition has a number; the shapes on the right of its box have to agree.",
        "zh": "每个定义都有编号；框内右侧的维度必须一致。",
    },
    "forward cost": {
        "en": "The loss measures one sample; the cost, which training makes small, collects them.",
        "zh": "损失函数衡量一个样本；成本函数汇总所有样本，训练就是要减小它。",
    },
    "shapes": {"en": "shapes {shapes}", "zh": "维度 {shapes}"},
    "entrywise shapes": {"en": "entry by entry, {shapes}", "zh": "逐元素，{shapes}"},
    "scalar": {"en": "scalar", "zh": "标量"},
    # activations
    "activations": {"en": "Activations and their slopes", "zh": "激活函数及其导数"},
    "activations text": {
        "en": "The backward pass multiplies by the slope of each activation. Written in the output, it costs no new function: the forward pass has computed it.",
        "zh": "反向传播要乘以每个激活函数的导数。用输出表示时，不需要再计算新的函数：正向传播已经算出了它。",
    },
    "definition of g": {"en": "definition", "zh": "定义"},
    "differentiated": {"en": "differentiated", "zh": "求导"},
    "in the output": {"en": "written in the output {equation}", "zh": "用输出 {equation} 表示"},
    "vector text": {
        "en": "Each output of {name} depends on every unit of its layer, so that its partial derivatives fill a matrix; the backward pass derives them where they are used.",
        "zh": "{name} 的每个输出都依赖于该层的所有单元，偏导数构成一个矩阵；反向传播在用到它们时推导。",
    },
    "plot caption": {
        "en": "{names}: {g} solid, its slope {slope} dashed.",
        "zh": "{names}：实线为 {g}，虚线为导数 {slope}。",
    },
    "plot described": {"en": "Plots of {names} with their slopes", "zh": "{names} 及其导数的图像"},
    "facts text": {
        "en": "Saturated means that the slope {slope} stays below its largest value divided by {small}: a gradient that passes there all but vanishes.",
        "zh": "饱和是指导数 {slope} 一直小于其最大值的 {small} 分之一：经过那里的梯度几乎消失。",
    },
    "function": {"en": "Function", "zh": "函数"},
    "range": {"en": "Range", "zh": "值域"},
    "limits": {"en": "Limits", "zh": "两端极限"},
    "at 0": {"en": "At 0", "zh": "在 0 处"},
    "steepest": {"en": "Largest slope", "zh": "最大导数"},
    "saturated": {"en": "Saturated for", "zh": "饱和区"},
    "never": {"en": "nowhere", "zh": "无"},
    "kink here": {
        "en": "At {point} {name} has no derivative; its slope there is declared to be {value}, and nothing in the training depends on it unless a pre-activation falls on this very point.",
        "zh": "{name} 在 {point} 处没有导数，约定为 {value}；除非线性输出恰好落在这一点，训练与此无关。",
    },
    # the backward pass
    "backward": {"en": "The backward pass", "zh": "反向传播"},
    "backward text": {
        "en": "Each block has the same moves: the chain rule with all its sums, the one partial derivative that is new, the Kronecker deltas that collapse sums, and the rest read as arrays.",
        "zh": "每一段的步骤相同：写出带全部求和的链式法则，求出唯一新的偏导数，由克罗内克 δ 消去求和，其余写成数组运算。",
    },
    "from": {"en": "from {numbers}", "zh": "用到 {numbers}"},
    "definition": {"en": "what is to be found", "zh": "所求的量"},
    "assumed question": {"en": "What does it rest on?", "zh": "依据什么？"},
    "assumed": {"en": "On the assumption {assumed}.", "zh": "依据假设 {assumed}。"},
    "why fuse": {"en": "Why fuse?", "zh": "为什么合并？"},
    "fused": {
        "en": "With the upstream gradient kept, an entry of {symbol} is {kept}; with its value inserted it is {inserted}, which is {final}. The two are equal.",
        "zh": "保留上游梯度时，{symbol} 的元素为 {kept}；代入其值则为 {inserted}，即 {final}。两者相等。",
    },
    "fused divides": {
        "en": " A program that computes the first divides by what may round to 0; the second never does.",
        "zh": "按前者计算的程序会除以可能舍入为 0 的数，后者不会。",
    },
    "why this transpose": {"en": "Why this transpose?", "zh": "为什么这样转置？"},
    "only product": {
        "en": "Of the eight products of {first} and {second}, in either order, with and without transposes, {product} is the only one whose shape is {shape}, that of {of}.",
        "zh": "{first} 与 {second} 按两种次序、各自转置或不转置，共有八种乘积；只有 {product} 的维度是 {shape}，与 {of} 相同。",
    },
    # the page that collects everything
    "summary": {"en": "All formulas on one page", "zh": "公式汇总"},
    "summary text": {
        "en": "Each formula with its number, where it comes from, and its line of NumPy.",
        "zh": "每个公式及其编号、来由和对应的一行 NumPy。",
    },
    "summary forward": {"en": "Forward, read down", "zh": "正向，自上而下"},
    "summary backward": {"en": "Backward, read up", "zh": "反向，自下而上"},
    # learning
    "learning": {"en": "Learning", "zh": "学习"},
    "descent text": {
        "en": "Gradient descent moves every parameter a little against its gradient, again and again; {eta} is the learning rate. For a small enough {eta} the cost {J} falls with every step, unless all gradients are 0.",
        "zh": "梯度下降一次次把每个参数沿梯度的反方向移动一小步，{eta} 是学习率。{eta} 足够小时，只要梯度不全为 0，成本 {J} 每一步都会下降。",
    },
    "hyperparameters": {
        "en": "Parameters are learnt. What has to be chosen before is a hyperparameter: the learning rate {eta}, the number of steps, the widths {widths} of the hidden layers, the activations. One tries several and compares their cost curves.",
        "zh": "参数由学习得到；需要事先选定的是超参数：学习率 {eta}、迭代次数、隐藏层的宽度 {widths}、激活函数。通常试几组，比较它们的成本曲线。",
    },
    "hyperparameters without layers": {
        "en": "Parameters are learnt. What has to be chosen before is a hyperparameter: the learning rate {eta} and the number of steps. One tries several and compares their cost curves.",
        "zh": "参数由学习得到；需要事先选定的是超参数：学习率 {eta} 和迭代次数。通常试几组，比较它们的成本曲线。",
    },
    "initialisation": {"en": "Where to start", "zh": "初始化"},
    "symmetry text": {
        "en": "Suppose two neurons of layer {n} are alike: the same incoming weights in {below}, the same entry of {bias}, and the same outgoing weights in {above}. Each formula below meets a neuron only through what is alike already, so that what it computes is alike too.",
        "zh": "设第 {n} 层有两个神经元完全相同：{below} 中的输入权重相同，{bias} 中的元素相同，{above} 中的输出权重也相同。下面每个公式只通过已经相同的量涉及神经元，因此算出的结果也相同。",
    },
    "same sums": {"en": "same incoming weights and bias: same sum", "zh": "输入权重和偏置相同：和相同"},
    "same activations": {"en": "same sum: same activation", "zh": "和相同：激活值相同"},
    "same upstream": {
        "en": "same outgoing weights: same upstream gradient",
        "zh": "输出权重相同：上游梯度相同",
    },
    "same slopes": {"en": "same upstream gradient and same sum", "zh": "上游梯度与和都相同"},
    "same weights": {"en": "so both incoming weights move alike", "zh": "因此输入权重的变化相同"},
    "same outgoing": {
        "en": "and both outgoing ones: same activation",
        "zh": "激活值相同，输出权重的变化也相同",
    },
    "symmetry end": {
        "en": "After a step of gradient descent the two are still alike, hence after every number of steps: together they never do more than one neuron. Equal incoming weights alone are not enough for that, since different outgoing weights tell the two apart. Weights therefore start at random; biases may start at 0.",
        "zh": "一步梯度下降之后，两者仍然相同，因此任意多步之后也相同：它们合起来始终只相当于一个神经元。仅有输入权重相同还不够，因为不同的输出权重会把它们区分开。所以权重要随机初始化，偏置可以从 0 开始。",
    },
    "zeros": {
        "en": "If all parameters start at 0, the gradients of {still} vanish, as computing them shows; what moves is {moving}.",
        "zh": "若所有参数从 0 开始，计算表明 {still} 的梯度都为 0；能变化的只有 {moving}。",
    },
    "zeros none": {
        "en": "If all parameters start at 0, no gradient vanishes, but the neurons of a layer are alike and stay so.",
        "zh": "若所有参数从 0 开始，没有梯度为 0，但同一层的神经元完全相同，并且一直相同。",
    },
    "nothing": {"en": "nothing at all", "zh": "（没有）"},
    "scale text": {
        "en": "How large should random weights be? For {n} inputs {x} and weights {w}, all independent with mean 0, the variances of the products add up.",
        "zh": "随机权重应取多大？设 {n} 个输入 {x} 与权重 {w} 相互独立、均值为 0，则各乘积的方差相加。",
    },
    "variances add": {"en": "independent, mean 0", "zh": "相互独立，均值为 0"},
    "scale kept": {
        "en": "Before {name}, weights with the standard deviation {spread} keep the variance of the sum at that of the inputs. {saturation}",
        "zh": "在 {name} 之前，标准差为 {spread} 的权重使和的方差与输入的方差相同。{saturation}",
    },
    "scale doubled": {
        "en": "{name} passes only part of what it gets; weights before it have the standard deviation {spread}, which makes up for the half that is lost. {saturation}",
        "zh": "{name} 只让一部分信号通过，其前的权重取标准差 {spread}，补偿损失的一半。{saturation}",
    },
    "scale saturation": {
        "en": "Larger weights push it towards its flat part, which begins at {z}; there learning all but stops.",
        "zh": "权重再大就会把它推向从 {z} 开始的平坦部分，学习在那里几乎停止。",
    },
    "nonlinearity": {"en": "Why a nonlinearity", "zh": "为什么需要非线性"},
    "collapse applies": {
        "en": "The hidden layers of this network are linear, so that two layers can be multiplied out.",
        "zh": "这个网络的隐藏层是线性的，因此两层可以乘开。",
    },
    "collapse text": {
        "en": "Put the identity in place of the hidden activation, and two layers can be multiplied out.",
        "zh": "把隐藏层的激活函数换成恒等函数，两层就可以乘开。",
    },
    "identity inside": {"en": "the first layer inserted", "zh": "代入第一层"},
    "multiplied out": {"en": "multiplied out; products keep their order", "zh": "展开，乘积的次序不变"},
    "one layer again": {"en": "a single layer with other parameters", "zh": "仍是一层，只是参数不同"},
    "collapse end": {
        "en": "However many linear layers there are, they compute what one can compute. Only a nonlinearity between them makes {out} more than that.",
        "zh": "无论有多少线性层，它们能算的与一层相同。只有层间的非线性才使 {out} 超出这个范围。",
    },
    # the worked example
    "example": {"en": "A worked example", "zh": "算例"},
    "example text": {
        "en": "Two samples, {m}, printed to four decimals. The third column can be redone from the digits on this page and gives the digits that are printed; other entries may differ by one in the last place.",
        "zh": "两个样本（{m}），保留四位小数。第三列可以用本页的数字重算，得到的正是印出的数字；其他元素的最后一位可能相差 1。",
    },
    "example narrowed": {
        "en": "Two samples, {m}, and the same network with narrower layers, {widths}: its formulas are the same. Values are printed to four decimals. The third column can be redone from the digits on this page and gives the digits that are printed.",
        "zh": "两个样本（{m}），网络的各层改窄为 {widths}，公式不变。数值保留四位小数。第三列可以用本页的数字重算，得到的正是印出的数字。",
    },
    "quantity": {"en": "Result", "zh": "结果"},
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
    "mean": {"en": "the cost: mean over the samples", "zh": "成本：对样本取平均"},
    "cost": {"en": "the cost", "zh": "成本"},
    # the evidence
    "evidence": {"en": "The evidence", "zh": "证据"},
    "checked": {"en": "What was checked for this handout", "zh": "这份讲义做了哪些检验"},
    "proof": {"en": "Proof", "zh": "证明"},
    "proof none": {
        "en": "Nothing was checked: this derivation was made without its proof.",
        "zh": "没有做检验：这份推导没有附带证明。",
    },
    "proof failed": {
        "en": "Do not use this handout: {failures} of {checks} checks failed, the first of them {first}.",
        "zh": "不要使用这份讲义：{checks} 项检验中有 {failures} 项未通过，第一项为 {first}。",
    },
    "proof passed": {
        "en": "All {checks} checks passed. Each gradient was compared with the derivative of the forward definitions, and both sides of each step with each other, in exact arithmetic modulo a prime above {power}, on random values that follow from seed {seed}, at the sizes {sizes}.",
        "zh": "{checks} 项检验全部通过。每个梯度与正向定义的导数比较，每一步的两边相互比较，以大于 {power} 的素数为模做精确运算；随机值由种子 {seed} 决定，维度为 {sizes}。",
    },
    "proof carried": {
        "en": "{carried} of these checks were not evaluated: they are others under other names, and that the definitions correspond was verified.",
        "zh": "其中 {carried} 项未重新计算：它们与其他检验只差名称，并已验证其定义相互对应。",
    },
    "carried": {"en": "Carried over", "zh": "同类检验"},
    "bound": {"en": "False pass", "zh": "误判概率"},
    "proof bound": {
        "en": "A wrong identity passes one such check with a probability of at most its degree divided by {power}.",
        "zh": "错误的等式通过一次检验的概率不超过其次数除以 {power}。",
    },
    "numeric": {"en": "Gradient check", "zh": "梯度检验"},
    "numeric passed": {
        "en": "The lines of NumPy printed here were run at these sizes and compared with numeric derivatives of the cost: no relative error above {bound}.",
        "zh": "这里印出的 NumPy 代码在上述维度下运行，并与成本函数的数值导数比较：相对误差均不超过 {bound}。",
    },
    "not checked": {"en": "Not checked", "zh": "未检验"},
    "proof scope": {
        "en": "Other sizes one by one. That the identities hold at every size rests on the rules named beside the lines.",
        "zh": "其他维度没有逐一检验；等式对任意维度成立，依据的是各行旁注明的规则。",
    },
    # the code
    "code": {"en": "The program", "zh": "程序"},
    "code text": {
        "en": "These are the lines of the three functions of `train.py` that carry the mathematics. They compute the formulas above in forms that are equal to them and stay accurate for large arguments; the number of the equation stands beside each gradient.",
        "zh": "以下是 `train.py` 中承担数学计算的三个函数的各行，它们用与上面公式相等、并且在自变量很大时仍然精确的形式计算；每个梯度旁边注明公式编号。",
    },
    "stop": {"en": ".", "zh": "。"},
    "comma": {"en": ", ", "zh": "、"},
}
_PLACE = re.compile(r"\{(\w+)\}|`([^`]+)`")


def say(key: str, lang: str, **values: Any) -> Text:
    """The sentence with its places filled: by mathematics, by numbers, or by text.

    >>> say("from", "en", numbers="(3)")
    ('from ', '(3)')
    """
    sentence = SENTENCES[key][lang]
    parts: list[Inline] = []
    end = 0
    for found in _PLACE.finditer(sentence):
        parts.append(sentence[end : found.start()])
        end = found.end()
        if found[2]:
            parts.append(Code(found[2]))
        else:
            value = values[found[1]]
            parts += value if isinstance(value, tuple) else [str(value) if isinstance(value, int) else value]
    return tuple(part for part in (*parts, sentence[end:]) if part != "")
