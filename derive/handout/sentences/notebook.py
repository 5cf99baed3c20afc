# ruff: noqa: E501
"""What a notebook says between the parts of the handout."""

SENTENCES: dict[str, dict[str, str]] = {
    "notebook": {
        "en": "This notebook runs from top to bottom: each function of `train.py` stands under the part of the derivation that it belongs to. It needs {needed}, which {command} gets.",
        "zh": "本笔记本可自上而下依次运行：`train.py` 的每个函数都放在相应的推导之后。运行需要 {needed}，可用 {command} 安装。",
    },
    "notebook exercises": {
        "en": "This notebook is the exercise sheet. Replace each `YOUR ANSWER HERE` by an answer and each `raise NotImplementedError()` by code; do not change the other cells. It needs {needed}, which {command} gets.",
        "zh": "本笔记本即习题。请把每处 `YOUR ANSWER HERE` 换成答案，把每处 `raise NotImplementedError()` 换成代码，其他单元格不要改动。运行需要 {needed}，可用 {command} 安装。",
    },
    "notebook missing": {
        "en": "the plots need Matplotlib; run: pip install matplotlib",
        "zh": "绘图需要 Matplotlib，请运行：pip install matplotlib",
    },
    "notebook start": {"en": "Where the parameters start", "zh": "参数的初值"},
    "notebook forward": {"en": "The forward pass as code", "zh": "正向传播的代码"},
    "notebook cost": {"en": "The cost as code", "zh": "成本的代码"},
    "notebook backward": {"en": "The backward pass as code", "zh": "反向传播的代码"},
    "notebook learning": {"en": "Gradient descent as code", "zh": "梯度下降的代码"},
    "notebook prediction": {"en": "Predictions as code", "zh": "预测的代码"},
    "notebook data": {"en": "A small data set", "zh": "一个小数据集"},
    "notebook data text": {
        "en": "240 samples that this network can learn from, drawn with a fixed seed; the features are standardised.",
        "zh": "用固定种子生成的 240 个样本，适合这个网络学习；特征已标准化。",
    },
    "notebook data classes": {
        "en": "Each class is a cloud of points, and the labels are one-hot.",
        "zh": "每一类的样本聚成一团，标签为独热向量。",
    },
    "notebook data two classes": {
        "en": "The border between the labels 0 and 1 is {border}.",
        "zh": "标签 0 与 1 的分界是{border}。",
    },
    "notebook data signs": {
        "en": "The border between the labels −1 and 1 is {border}.",
        "zh": "标签 −1 与 1 的分界是{border}。",
    },
    "notebook data counts": {
        "en": "The labels are counts: whole numbers from 0 up with a Poisson distribution.",
        "zh": "标签是计数：服从泊松分布的非负整数。",
    },
    "notebook data bounded": {
        "en": "The labels lie where the output can: between {low} and {high}.",
        "zh": "标签在输出的取值范围之内：{low} 与 {high} 之间。",
    },
    "notebook data bounded below": {
        "en": "The labels lie where the output can: above {low}.",
        "zh": "标签在输出的取值范围之内：大于 {low}。",
    },
    "notebook data bounded above": {
        "en": "The labels lie where the output can: below {high}.",
        "zh": "标签在输出的取值范围之内：小于 {high}。",
    },
    "notebook data values": {
        "en": "The labels are {signal} of the first features with a little noise.",
        "zh": "标签是前几个特征的{signal}，带少量噪声。",
    },
    "border curved": {"en": "a circle in the first two features", "zh": "前两个特征平面上的圆"},
    "border flat": {
        "en": "a straight line in the first two features, with a little noise",
        "zh": "前两个特征平面上的直线，带少量噪声",
    },
    "signal curved": {"en": "sines", "zh": "正弦函数"},
    "signal flat": {"en": "gently bent functions", "zh": "略微弯曲的函数"},
    "notebook check": {"en": "The gradient check", "zh": "梯度检验"},
    "notebook check text": {
        "en": "Each gradient is compared with central differences of the cost. A wrong sign, transpose or factor gives an error near 1; a right formula leaves rounding.",
        "zh": "把每个梯度与成本的中心差分比较。符号、转置或系数有错时误差接近 1；公式正确时只剩舍入误差。",
    },
    "notebook training": {"en": "Training", "zh": "训练"},
    "notebook training text": {
        "en": "Mini-batches of 20 samples, {epochs} epochs, the first of three learning rates with which the cost falls; the plot shows the cost {J} of each epoch.",
        "zh": "小批量为 20 个样本，共 {epochs} 轮，依次尝试三个学习率，取第一个使成本下降的；图中横轴 epoch 是轮数，纵轴是每轮的成本 {J}。",
    },
    "notebook boundary": {"en": "The decision boundary", "zh": "决策边界"},
    "notebook boundary text": {
        "en": "The network evaluated on a grid of its two inputs; the points are the samples, coloured by their labels.",
        "zh": "在两个输入构成的网格上计算网络的输出；点为样本，颜色表示标签。",
    },
    "notebook surface": {"en": "The prediction surface", "zh": "预测曲面"},
    "notebook tests": {"en": "Tests", "zh": "测试"},
    "largest relative error": {"en": "largest relative error", "zh": "最大相对误差"},
    "first and last cost": {"en": "cost of the first and of the last epoch", "zh": "第一轮和最后一轮的成本"},
    "accuracy": {"en": "accuracy", "zh": "准确率"},
    "root mean square error": {"en": "root mean square error", "zh": "均方根误差"},
}
