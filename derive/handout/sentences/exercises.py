# ruff: noqa: E501
"""The exercise sheet and its answers."""

SENTENCES: dict[str, dict[str, str]] = {
    "kind exercises": {"en": "Exercises", "zh": "习题"},
    "kind answers": {"en": "Answers", "zh": "答案"},
    "exercises title": {"en": "Backpropagation: exercises", "zh": "反向传播：习题"},
    "answers title": {"en": "Backpropagation: answers", "zh": "反向传播：习题答案"},
    "sheet": {
        "en": "{layers}, with the loss {loss}. Sheet {seed}, {blanks}.",
        "zh": "{layers}，损失函数：{loss}。第 {seed} 份习题，{blanks}。",
    },
    "blanks easy": {"en": "easy", "zh": "容易"},
    "blanks medium": {"en": "medium", "zh": "中等"},
    "blanks hard": {"en": "hard", "zh": "较难"},
    "exercises text": {
        "en": "Write on the rules and the dotted lines. Numbers in parentheses are those of the handout on the same network; put it away until you have finished.",
        "zh": "请写在横线和虚线上。圆括号中的编号与同一网络的讲义一致；做完之前请不要看讲义。",
    },
    "answers text": {
        "en": "What was left blank stands on its rule. Every answer was computed from the derivation.",
        "zh": "留空之处的内容写在横线上。每个答案都由推导计算得出。",
    },
    "answer": {"en": "Answer", "zh": "答案"},
    "fill in": {"en": "Fill in the blanks", "zh": "填空"},
    "questions": {"en": "Questions", "zh": "问答"},
    # blanks
    "task symbols": {"en": "Shapes of the symbols", "zh": "符号的维度"},
    "task symbols text": {"en": "Which shapes are missing?", "zh": "补全缺少的维度。"},
    "task forward": {"en": "The forward pass", "zh": "正向传播"},
    "task forward text": {"en": "Complete the definitions.", "zh": "补全下列定义。"},
    "task derivation": {"en": "A derivation", "zh": "推导"},
    "task derivation text": {
        "en": "Complete the derivation of {gradient}; the reason for each line stands beside it.",
        "zh": "补全 {gradient} 的推导，每一行的理由写在右侧。",
    },
    "task code": {"en": "The backward pass in NumPy", "zh": "用 NumPy 写反向传播"},
    "task code text": {
        "en": "Complete these lines of `train.py`. `A1` and the like are arrays, `@` is the matrix product.",
        "zh": "补全 `train.py` 的这些行。`A1` 等是数组，`@` 是矩阵乘法。",
    },
    # shapes
    "task products": {"en": "Which products exist?", "zh": "哪些乘积有意义？"},
    "task products text": {
        "en": "Give the shape of each matrix product, or say that it does not exist.",
        "zh": "写出每个矩阵乘积的维度；没有意义的请注明。",
    },
    "product": {"en": "Product", "zh": "乘积"},
    "no product": {
        "en": "does not exist: {left} and {right} do not fit",
        "zh": "没有意义：{left} 与 {right} 不匹配",
    },
    # what changes
    "task change": {"en": "What changes?", "zh": "有什么变化？"},
    "task change activation": {
        "en": "In the layer of {tensor}, {new} takes the place of {old}. Which formulas of the forward and the backward pass change, and what do they become? Which stay as they are?",
        "zh": "在 {tensor} 所在的层用 {new} 代替 {old}。正向和反向传播中哪些公式改变，变成什么？哪些不变？",
    },
    "task change loss": {
        "en": "The loss {new} takes the place of {old}. Which formulas of the backward pass change, and what do they become? Which stay as they are?",
        "zh": "用损失函数{new}代替{old}。反向传播中哪些公式改变，变成什么？哪些不变？",
    },
    "unchanged": {
        "en": "The formulas of {names} stay as they are; the numbers in them change.",
        "zh": "{names} 的公式不变，其中的数值改变。",
    },
    "before": {"en": "Before", "zh": "原来"},
    "after": {"en": "After", "zh": "现在"},
    "changed formula": {"en": "Formula of", "zh": "公式"},
    # find the mistake
    "task mistake": {"en": "Find the mistake", "zh": "找出错误"},
    "task mistake text": {
        "en": "Exactly one of these lines is wrong. Which one, why, and what is right?",
        "zh": "下面恰有一行是错的。是哪一行，为什么，正确的是什么？",
    },
    "line": {"en": "Line", "zh": "行"},
    "formula": {"en": "Formula", "zh": "公式"},
    "mistake found": {"en": "Line {line} is wrong. {why} Right is", "zh": "第 {line} 行错了。{why}正确的是"},
    "mistake twice": {
        "en": "The factor {scale} stands once on the way from the cost to each parameter; with this line it would stand there twice, or in the wrong place.",
        "zh": "从成本到每个参数的路径上，系数 {scale} 只出现一次；按这一行它会出现两次，或出现在错误的位置。",
    },
    "mistake transpose": {
        "en": "A transpose is missing: the sum runs over an index that is not the one of the matrix product.",
        "zh": "缺少转置：求和的下标不是矩阵乘法所消去的下标。",
    },
    "mistake variable": {
        "en": "The slope is that of the activation, but with the wrong variable in it: the output and the pre-activation were mixed up.",
        "zh": "导数的形式是对的，但代入了错误的变量：混淆了激活值与线性输出。",
    },
    "mistake difference": {
        "en": "The difference of output and labels belongs to another pair of output and loss; here the slope does not cancel.",
        "zh": "输出与标签之差属于另一种输出与损失的组合；这里的导数没有约去。",
    },
    "mistake slope": {
        "en": "The slope of the activation is missing: the chain rule multiplies by it.",
        "zh": "缺少激活函数的导数：链式法则要乘以它。",
    },
    "mistake sum": {
        "en": "The sum over the samples is missing: the bias is the same for all of them, so their contributions are added.",
        "zh": "缺少对样本的求和：所有样本共用同一个偏置，各自的贡献要相加。",
    },
    "mistake penalty": {
        "en": "The part that comes from the regularizer is missing.",
        "zh": "缺少正则项的贡献。",
    },
    # a numeric step
    "task numbers": {"en": "Compute an entry", "zh": "计算一个元素"},
    "task numbers text": {
        "en": "Let {sizes}, and let the arrays below be given. Compute the entry {entry} of {gradient}.",
        "zh": "设 {sizes}，并给定下列数组。计算 {gradient} 的元素 {entry}。",
    },
    "its formula": {"en": "its formula, from ({number})", "zh": "由 ({number}) 得到的公式"},
    "numbers inserted": {"en": "the numbers inserted", "zh": "代入数值"},
    "number found": {"en": "to four decimals", "zh": "保留四位小数"},
    # prove a step
    "task prove": {"en": "Prove a step", "zh": "证明一步"},
    "task prove text": {
        "en": "In the derivation of {gradient} stands this step. Prove it, with a reason for each line.",
        "zh": "推导 {gradient} 时有下面这一步。请证明它，每一行写明理由。",
    },
    "prove from": {"en": "to be proved, by {rule}", "zh": "待证，依据：{rule}"},
    "given": {"en": "given", "zh": "已知"},
    "rule chain": {"en": "the chain rule", "zh": "链式法则"},
    "rule element partial": {"en": "the partial derivative of an entry", "zh": "元素的偏导数"},
    "rule elementwise partial": {"en": "the derivative of an entrywise function", "zh": "逐元素函数的导数"},
    "rule distribute": {"en": "multiplying out", "zh": "展开乘积"},
    "rule hoist": {"en": "moving a sum to the front", "zh": "把求和移到前面"},
    "rule delta": {"en": "collapsing the deltas", "zh": "用 δ 消去求和"},
    "rule shifted delta": {"en": "collapsing shifted deltas", "zh": "用移位的 δ 消去求和"},
    "rule count": {"en": "counting", "zh": "计数"},
    "rule via output": {"en": "the slope in the output", "zh": "用输出表示导数"},
    "rule fold output": {"en": "recognising the output", "zh": "还原为输出"},
    "rule fact": {"en": "using an assumption", "zh": "使用假设"},
    "rule accumulate": {"en": "adding equal contributions", "zh": "相同的贡献相加"},
    "rule group": {"en": "cancelling", "zh": "约分"},
    "rule gather": {"en": "adding up", "zh": "合并各项"},
    "rule fuse": {"en": "inserting the upstream gradient", "zh": "代入上游梯度"},
    "rule via input": {"en": "the slope in the input", "zh": "用输入表示导数"},
    "rule matrix form": {"en": "reading it as arrays", "zh": "写成数组运算"},
}
