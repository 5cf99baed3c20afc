# ruff: noqa: E501
"""Gradient descent, initialisation, why a nonlinearity."""

SENTENCES: dict[str, dict[str, str]] = {
    "learning": {"en": "Learning", "zh": "训练"},
    "descent text": {
        "en": "Gradient descent moves every parameter a little against its gradient, again and again; {eta} is the learning rate. For a small enough {eta} the cost {J} falls with every step, unless all gradients are 0.",
        "zh": "梯度下降反复把每个参数沿梯度的反方向移动一小步，其中 {eta} 为学习率。只要 {eta} 足够小且梯度不全为 0，每一步都会使成本 {J} 下降。",
    },
    "hyperparameters": {
        "en": "Parameters are learnt. What has to be chosen before is a hyperparameter: the learning rate {eta}, the number of steps, the widths {widths} of the hidden layers, the activations. One tries several and compares their cost curves.",
        "zh": "参数由学习得到；需要事先选定的是超参数：学习率 {eta}、迭代次数、隐藏层的神经元个数 {widths}、激活函数。通常试几组超参数，比较各自的成本曲线。",
    },
    "hyperparameters without layers": {
        "en": "Parameters are learnt. What has to be chosen before is a hyperparameter: the learning rate {eta} and the number of steps. One tries several and compares their cost curves.",
        "zh": "参数由学习得到；需要事先选定的是超参数：学习率 {eta} 和迭代次数。通常试几组超参数，比较各自的成本曲线。",
    },
    "initialisation": {"en": "Where to start", "zh": "初始化"},
    "symmetry text": {
        "en": "Suppose two neurons of layer {n} are alike: the same incoming weights in {below}, the same entry of {bias}, and the same outgoing weights in {above}. Each formula below meets a neuron only through what is alike already, so that what it computes is alike too.",
        "zh": "设第 {n} 层有两个神经元完全相同：{below} 中的输入权重相同，{bias} 中的元素相同，{above} 中的输出权重也相同。下面每个公式中，与这两个神经元有关的量都已相同，因此算出的结果也相同。",
    },
    "same sums": {"en": "same incoming weights and bias: same sum", "zh": "输入权重与偏置相同：线性输出相同"},
    "same activations": {"en": "same sum: same activation", "zh": "线性输出相同：激活值相同"},
    "same upstream": {
        "en": "same outgoing weights: same upstream gradient",
        "zh": "输出权重相同：上游梯度相同",
    },
    "same slopes": {"en": "same upstream gradient and same sum", "zh": "上游梯度与线性输出都相同"},
    "same weights": {"en": "so both incoming weights move alike", "zh": "因此输入权重的变化相同"},
    "same outgoing": {
        "en": "and both outgoing ones: same activation",
        "zh": "激活值相同：输出权重的变化也相同",
    },
    "symmetry end": {
        "en": "After a step of gradient descent the two are still alike, hence after every number of steps: together they never do more than one neuron. Equal incoming weights alone are not enough for that, since different outgoing weights tell the two apart. Weights therefore start at random; biases may start at 0.",
        "zh": "一步梯度下降之后，两者仍然相同，因此任意多步之后也相同：它们合起来始终只相当于一个神经元。仅有输入权重相同还不够，因为不同的输出权重会把它们区分开。所以权重要随机初始化，偏置可以从 0 开始。",
    },
    "zeros": {
        "en": "If all parameters start at 0, the gradients of {still} vanish, as computing them shows; what moves is {moving}.",
        "zh": "若所有参数都从 0 开始，计算表明 {still} 的梯度都为 0；会变化的参数：{moving}。",
    },
    "zeros none": {
        "en": "If all parameters start at 0, no gradient vanishes, but the neurons of a layer are alike and stay so.",
        "zh": "若所有参数都从 0 开始，并没有梯度为 0，但同一层的神经元完全相同，而且始终相同。",
    },
    "nothing": {"en": "nothing at all", "zh": "无"},
    "scale text": {
        "en": "How large should random weights be? For {n} inputs {x} and weights {w}, all independent with mean 0, the variances of the products add up.",
        "zh": "随机权重应取多大？设 {n} 个输入 {x} 与权重 {w} 相互独立、均值为 0，则加权和的方差等于各乘积的方差之和。",
    },
    "variances add": {"en": "independent, mean 0", "zh": "相互独立，均值为 0"},
    "scale kept": {
        "en": "Before {name}, weights with the standard deviation {spread} keep the variance of the sum at that of the inputs. {saturation}",
        "zh": "在 {name} 之前，权重取标准差 {spread}，加权和的方差就与输入的方差相同。{saturation}",
    },
    "scale doubled": {
        "en": "{name} passes only part of what it gets: for a standard normal {z} the mean of {square} is {share}. Weights before it have the standard deviation {spread}, which makes up for the half that is lost. {saturation}",
        "zh": "{name} 只让一部分信号通过：{z} 服从标准正态分布时，{square} 的均值为 {share}。它前面的权重取标准差 {spread}，以补偿损失的一半。{saturation}",
    },
    "scale open": {
        "en": "{name} has no bound. Weights before it have the standard deviation {spread}, as before every such activation; for a standard normal {z} the mean of {square} is {share}. {saturation}",
        "zh": "{name} 无界。与其他无界的激活函数一样，它前面的权重取标准差 {spread}；{z} 服从标准正态分布时，{square} 的均值为 {share}。{saturation}",
    },
    "scale infinite": {
        "en": "{name} has no bound. Weights before it have the standard deviation {spread}, as before every such activation; it grows so fast that for a standard normal {z} the mean of {square} is infinite. {saturation}",
        "zh": "{name} 无界。与其他无界的激活函数一样，它前面的权重取标准差 {spread}；但它增长得太快，{z} 服从标准正态分布时，{square} 的均值是无穷大。{saturation}",
    },
    "scale saturation": {
        "en": "Larger weights push it towards its flat part, which begins at {z}; there learning all but stops.",
        "zh": "权重若更大，线性输出就会进入从 {z} 开始的平坦部分，学习在那里几乎停止。",
    },
    "nonlinearity": {"en": "Why a nonlinearity", "zh": "为什么需要非线性"},
    "collapse applies": {
        "en": "The hidden layers of this network are linear, so that two layers can be multiplied out.",
        "zh": "这个网络的隐藏层是线性的，因此可以把两层乘开。",
    },
    "collapse text": {
        "en": "Put the identity in place of the hidden activation, and two layers can be multiplied out.",
        "zh": "把隐藏层的激活函数换成恒等函数，就可以把两层乘开。",
    },
    "identity inside": {"en": "the first layer inserted", "zh": "代入第一层"},
    "multiplied out": {"en": "multiplied out; products keep their order", "zh": "展开，乘积的次序不变"},
    "one layer again": {"en": "a single layer with other parameters", "zh": "仍是一层，只是参数不同"},
    "collapse end": {
        "en": "However many linear layers there are, they compute what one can compute. Only a nonlinearity between them makes {out} more than that.",
        "zh": "无论有多少个线性层，能表示的函数都与一层相同。只有层间的非线性才能使 {out} 超出这个范围。",
    },
}
