# ruff: noqa: E501
"""Where the loss comes from."""

SENTENCES: dict[str, dict[str, str]] = {
    "likelihood": {"en": "Where the loss comes from", "zh": "损失函数的由来"},
    "likelihood bernoulli": {
        "en": "Read the output {a} as the probability of the label 1. A label {y} that is 0 or 1 then has a Bernoulli distribution, and both cases fit in one formula.",
        "zh": "把输出 {a} 看作标签为 1 的概率。标签 {y} 取 0 或 1，服从伯努利分布，两种情形可以写成一个公式。",
    },
    "likelihood categorical": {
        "en": "Read the outputs {a} of a sample as the probabilities of its classes. The labels {y} are 1 for the class of the sample and 0 for the others, so that the product keeps one factor.",
        "zh": "把一个样本的输出 {a} 看作各类别的概率。标签 {y} 在样本所属类别处为 1，其余为 0，因此乘积中只留下一个因子。",
    },
    "likelihood gaussian": {
        "en": "Read the output {a} as the mean of the label {y}, which scatters around it with a normal distribution of variance {variance}.",
        "zh": "设标签 {y} 服从以输出 {a} 为均值、方差为 {variance} 的正态分布。",
    },
    "likelihood poisson": {
        "en": "Read the output {a} as the expected count; the label {y} then has a Poisson distribution.",
        "zh": "把输出 {a} 看作计数的期望，标签 {y} 服从泊松分布。",
    },
    "likelihood step": {"en": "the likelihood of one label", "zh": "一个标签的似然"},
    "likelihood outputs": {"en": "the outputs of a sample are independent", "zh": "一个样本的各输出相互独立"},
    "likelihood log": {"en": "the logarithm turns powers into factors", "zh": "取对数，指数变为系数"},
    "likelihood sum": {"en": "and the product into a sum", "zh": "乘积变为求和"},
    "likelihood dropped": {
        "en": "the minus sign makes it a loss; what does not hold {a} is dropped: it moves no gradient",
        "zh": "取负号得到损失；不含 {a} 的项不影响梯度，可以去掉",
    },
    "likelihood sign": {"en": "the minus sign makes it a loss", "zh": "取负号得到损失"},
    "loss result": {"en": "{loss}, one sample", "zh": "单个样本的 {loss}"},
    "likelihood cost": {
        "en": "The {m} samples are independent, so their likelihoods multiply. The most likely parameters make the product large, its logarithm large, and the mean of the losses small.",
        "zh": "{m} 个样本相互独立，总的似然是各样本似然的乘积。极大似然估计选取使这个乘积最大的参数，也就是使其对数最大、使平均损失最小的参数。",
    },
    "likelihood product": {"en": "independent samples", "zh": "样本相互独立"},
    "likelihood mean": {
        "en": "logarithm, sign, and a factor that moves no minimum",
        "zh": "取对数、变号；系数不影响极小点",
    },
    "loss cases": {
        "en": "For the label 1 the loss is {one}, for the label 0 it is {zero}: a sure and wrong answer costs without bound. At {a} it costs {right} where it is right and {wrong} where it is wrong.",
        "zh": "标签为 1 时损失为 {one}，标签为 0 时为 {zero}：错误的预测越有把握，损失就越大，没有上界。当 {a} 时，预测正确的损失为 {right}，预测错误的损失为 {wrong}。",
    },
    "convex": {"en": "Why not the squared error after a sigmoid", "zh": "为什么 sigmoid 之后不用平方误差"},
    "convex text": {
        "en": "A loss that is convex in {z} leads a gradient downhill from everywhere. The second derivatives tell; both are written in {a}.",
        "zh": "若损失是 {z} 的凸函数，则无论从何处出发，沿梯度的反方向都走向最小值。凸性由二阶导数判断，下面的导数都用 {a} 表示。",
    },
    "convex first": {"en": "{loss}, differentiated", "zh": "{loss}求导"},
    "convex cross": {"en": "never negative: convex", "zh": "处处非负：是凸函数"},
    "convex square": {"en": "changes its sign: not convex", "zh": "会变号：不是凸函数"},
    "convex verdict": {
        "en": "With the label {y} and {z} the second is {value}: there the squared error bends downwards, and its gradient, which holds the factor {slope}, is almost 0 exactly where the network is most wrong.",
        "zh": "当标签 {y}、{z} 时，后者为 {value}：平方误差在该处向下弯曲。它的梯度含有因子 {slope}，恰恰在预测错得最严重的地方几乎为 0。",
    },
}
