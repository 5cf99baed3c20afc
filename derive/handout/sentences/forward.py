# ruff: noqa: E501
"""The forward pass and the activations."""

SENTENCES: dict[str, dict[str, str]] = {
    # the forward pass
    "forward": {"en": "The forward pass", "zh": "正向传播"},
    "one neuron": {"en": "One neuron, one sample", "zh": "一个神经元，一个样本"},
    "one neuron text": {
        "en": "Neuron {k} of the first layer weighs the {n} inputs of sample {i}, adds its bias, and bends the sum.",
        "zh": "第一层的第 {k} 个神经元对样本 {i} 的 {n} 个输入加权求和，加上偏置，再经过激活函数。",
    },
    "neuron sum": {"en": "weighted sum of the inputs", "zh": "输入的加权和"},
    "neuron activation": {
        "en": "activation: one number in, one out",
        "zh": "激活函数：输入一个数，输出一个数",
    },
    "one layer": {"en": "One layer, one sample", "zh": "一层，一个样本"},
    "one layer text columns": {
        "en": "The {n} sums of a layer stand under each other: row after row of {weight} times the same inputs.",
        "zh": "一层的 {n} 个加权和排成一列：{weight} 的每一行都与同一组输入相乘。",
    },
    "one layer text rows": {
        "en": "The {n} sums of a layer stand side by side: the same inputs times column after column of {weight}.",
        "zh": "一层的 {n} 个加权和排成一行：同一组输入与 {weight} 的每一列相乘。",
    },
    "stacked": {"en": "one matrix product", "zh": "写成一次矩阵乘法"},
    "all samples": {"en": "All samples: a loop, then one product", "zh": "所有样本：从循环到一次矩阵乘法"},
    "all samples text": {
        "en": "Every sample goes the same way. A matrix product treats them one by one already, so that the loop is not needed.",
        "zh": "每个样本的计算方式相同。矩阵乘法本来就对每个样本分别计算，因此不需要循环。",
    },
    "a loop": {"en": "one sample after the other", "zh": "逐个样本"},
    "one product": {"en": "all samples at once", "zh": "所有样本一次完成"},
    "broadcast columns": {
        "en": "{bias} is a column. Added to a matrix with a column for each sample, it is repeated for each of them; NumPy calls this broadcasting.",
        "zh": "{bias} 只有一列；它与每个样本占一列的矩阵相加时，会加到每一列上，NumPy 称之为广播。",
    },
    "broadcast rows": {
        "en": "{bias} is a row. Added to a matrix with a row for each sample, it is repeated for each of them; NumPy calls this broadcasting.",
        "zh": "{bias} 只有一行；它与每个样本占一行的矩阵相加时，会加到每一行上，NumPy 称之为广播。",
    },
    "all definitions": {"en": "The whole forward pass", "zh": "完整的正向传播"},
    "forward definitions": {
        "en": "Every definition has a number; the shapes on the right of its box have to agree.",
        "zh": "每个定义都有编号；框内右侧列出的维度必须前后一致。",
    },
    "forward cost": {
        "en": "The loss measures one sample; the cost, which training makes small, collects them.",
        "zh": "损失函数衡量单个样本的误差；成本函数汇总所有样本，训练就是要使它减小。",
    },
    "shapes": {"en": "shapes {shapes}", "zh": "维度 {shapes}"},
    "entrywise shapes": {"en": "entry by entry, {shapes}", "zh": "逐元素，{shapes}"},
    "scalar": {"en": "scalar", "zh": "标量"},
    # activations
    "activations": {"en": "Activations and their slopes", "zh": "激活函数及其导数"},
    "activations text": {
        "en": "The backward pass multiplies by the slope of each activation. Written in the output, it costs no new function: the forward pass has computed it.",
        "zh": "反向传播要乘以每个激活函数的导数。把导数用输出表示，就不必计算新的函数：输出在正向传播中已经算出。",
    },
    "definition of g": {"en": "definition", "zh": "定义"},
    "differentiated": {"en": "differentiated", "zh": "求导"},
    "in the output": {"en": "written in the output {equation}", "zh": "用输出 {equation} 表示"},
    "vector text": {
        "en": "Each output of {name} depends on every unit of its layer, so that its partial derivatives fill a matrix; the backward pass derives them where they are used.",
        "zh": "{name} 的每个输出都依赖该层的所有单元，因此偏导数构成一个矩阵；反向传播用到它们时再推导。",
    },
    "plot caption": {
        "en": "{names}: {g} solid, its slope {slope} dashed.",
        "zh": "{names}：实线为 {g}，虚线为导数 {slope}。",
    },
    "plot described": {"en": "Plots of {names} with their slopes", "zh": "{names} 及其导数的图像"},
    "facts text": {
        "en": "Saturated means that the slope {slope} stays below its largest value divided by {small}: a gradient that passes there all but vanishes.",
        "zh": "饱和指导数 {slope} 始终小于其最大值的 {small} 分之一：经过饱和区的梯度几乎消失。",
    },
    "facts letters": {
        "en": " Plots and numbers are those for {letters}.",
        "zh": "图像和数值取 {letters}。",
    },
    "function": {"en": "Function", "zh": "函数"},
    "range": {"en": "Range", "zh": "值域"},
    "limits": {"en": "Limits", "zh": "两端极限"},
    "at 0": {"en": "At 0", "zh": "0 处的值"},
    "steepest": {"en": "Largest slope", "zh": "导数最大值"},
    "saturated": {"en": "Saturated for", "zh": "饱和区"},
    "never": {"en": "nowhere", "zh": "无"},
    "kink here": {
        "en": "At {point} {name} has no derivative; its slope there is declared to be {value}, and nothing in the training depends on it unless a pre-activation falls on this very point.",
        "zh": "{name} 在 {point} 处不可导，约定其导数为 {value}；只有线性输出恰好落在这一点时，训练才会用到这一约定。",
    },
}
