"""The words the demo is made of: names of people, fields of study, partners, places. All combined by chance."""

from __future__ import annotations

import random
from dataclasses import dataclass

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN_ONE = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚辉玲鹏华红飞斌宇波琳倩晨浩凯欣悦哲瑶轩岚峰"
GIVEN_FIRST = "子雨文嘉思晓志建国海俊天明春玉佳家永宏丽静秀云若梓可一景书怀亦承启允敬伯仲"
GIVEN_LAST = "涵轩怡然辰宁琪航杰瑞博远平华清林峰军民生荣英兰芳萍梅燕玲强伟波涛洁莹颖悦安和成业达明阳昕彤"
FOREIGN = (
    "Aldric Venn", "Maris Tolland", "Ewan Brightly", "Sofie Lindqvar", "Tomasz Wieniec", "Ana Querida", "Rikuto Amagawa",
    "Leonie Harsdorf", "Idris Calloway", "Nadia Perrault", "Otto Kernbach", "Yuna Seolhan",
)  # fmt: skip


def person_name(rng: random.Random) -> str:
    surname = rng.choice(SURNAMES)
    if rng.random() < 0.22:
        return surname + rng.choice(GIVEN_ONE)
    return surname + rng.choice(GIVEN_FIRST) + rng.choice(GIVEN_LAST)


@dataclass(frozen=True)
class Field:
    """One field of study. ``branch`` is st (科技) or sk (社科), ``discipline`` its code in GB/T 13745."""

    discipline: str
    branch: str
    objects: tuple[str, ...]
    methods: tuple[str, ...]
    journals: tuple[str, ...]
    english: tuple[str, ...]


def _field(discipline: str, branch: str, objects: str, methods: str, journals: str, english: str) -> Field:
    return Field(
        discipline, branch, tuple(objects.split()), tuple(methods.split()), tuple(journals.split("|")), tuple(english.split("|"))
    )


FIELDS: dict[str, Field] = {
    "computing": _field("520", "st", "知识图谱 遥感影像 工业视觉 联邦学习 推荐系统 医学影像 智能合约 时序数据 边缘计算 大规模图 开源软件 车联网",
        "表示学习 异常检测 小样本分类 隐私保护 高效查询 自监督预训练 多模态融合 任务卸载 程序修复 因果推断", "楚天计算机学报|软件与系统研究|数据科学前沿",
        "graph learning|federated optimisation|anomaly detection|few-shot segmentation|query processing"),
    "electronics": _field("510", "st", "毫米波雷达 太赫兹器件 光纤传感 卫星导航信号 可见光通信 片上天线 大规模MIMO 水声信道",
        "波束成形 低功耗设计 信道估计 干扰抑制 自适应均衡 定位算法", "电子信息工程学报|光电子与通信",
        "beamforming|channel estimation|fibre sensing|low-power circuits"),
    "mechanics": _field("460", "st", "航空发动机叶片 数控机床主轴 柔性机械臂 激光熔覆层 滚动轴承 汽车覆盖件 增材制造构件 深海装备",
        "疲劳寿命预测 振动抑制 误差补偿 故障诊断 拓扑优化 表面强化", "机械与动力研究|制造技术学刊", "fatigue life|vibration control|additive manufacturing|fault diagnosis"),
    "materials": _field("430", "st", "钙钛矿薄膜 高熵合金 锂硫电池正极 陶瓷基复合材料 水凝胶 石墨烯气凝胶 镁合金 光催化剂",
        "制备与性能 界面调控 微观结构演变 缺陷钝化 腐蚀机理 循环稳定性", "材料科学与技术学刊|新能源材料", "perovskite films|high-entropy alloys|interfacial engineering|solid electrolytes"),
    "chemistry": _field("150", "st", "手性分子 金属有机框架 二氧化碳 氮杂环 荧光探针 单原子催化剂",
        "不对称合成 电催化还原 选择性吸附 光谱检测 碳氢活化 反应机理", "化学研究学报|分子催化进展", "asymmetric catalysis|metal-organic frameworks|electroreduction"),
    "civil": _field("560", "st", "装配式混凝土框架 软土地基 大跨斜拉桥 隧道衬砌 海绵城市 再生骨料混凝土 岩质边坡",
        "抗震性能 沉降控制 健康监测 渗透特性 稳定性分析 低碳设计", "土木与建筑研究|岩土与地下工程", "seismic performance|slope stability|structural monitoring"),
    "power": _field("470", "st", "微电网 储能电站 超高压换流阀 燃煤机组 氢燃料电池 风电机群", "频率调节 热管理 协同调度 故障穿越 深度调峰 寿命评估",
        "电力与能源学报|动力工程研究", "microgrid scheduling|thermal management|hydrogen fuel cells"),
    "environment": _field("610", "st", "长江中游湿地 农村生活污水 大气细颗粒物 微塑料 抗生素抗性基因 湖泊蓝藻 矿区土壤",
        "迁移转化 来源解析 生态修复 风险评估 协同治理 碳汇核算", "环境与生态研究|长江水环境", "microplastics|source apportionment|wetland restoration"),
    "medicine": _field("320", "st", "2型糖尿病 急性缺血性卒中 胃癌 慢性肾病 骨质疏松 儿童哮喘 冠状动脉病变 围术期疼痛",
        "早期诊断模型 预后因素 外泌体机制 影像组学 临床路径 随访研究", "临床医学研究|荆楚医学", "prognosis|radiomics|exosomes|cohort study"),
    "pharmacy": _field("360", "st", "黄连 半夏 艾叶 蕲蛇 银杏叶 茯苓", "有效成分分离 质量标准 药代动力学 抗炎作用 炮制工艺 网络药理",
        "中医药研究|本草学刊", "network pharmacology|quality markers|pharmacokinetics"),
    "agronomy": _field("210", "st", "优质稻 双低油菜 柑橘 小龙虾稻田 茶树 魔芋 生猪 鳜鱼", "分子育种 高产栽培 绿色防控 养分管理 全程机械化 品质调控",
        "农业科学学刊|作物与园艺", "molecular breeding|rice-crayfish systems|nutrient management"),
    "mathematics": _field("110", "st", "非线性椭圆方程 随机微分方程 图谱理论 张量优化 分数阶系统", "适定性 数值格式 谱半径 收敛性 稳定性",
        "数学学刊|应用数学与计算", "well-posedness|spectral radius|numerical schemes"),
    "economics": _field("790", "sk", "长江经济带 数字普惠金融 县域经济 绿色信贷 跨境电商 产业链 地方债务",
        "协同发展 影响机制 空间溢出 韧性测度 政策效应 风险预警", "经济研究论坛|财经与产业", "digital finance|regional development|policy effects"),
    "management": _field("630", "sk", "科技型企业 高校科研团队 公共服务 供应链 平台企业 基层治理", "创新绩效 激励机制 数字化转型 协同治理 绩效评价 组织韧性",
        "管理评述|公共治理研究", "innovation performance|incentives|digital transformation"),
    "literature": _field("750", "sk", "楚辞 明代小说 荆楚民歌 现代乡土文学 海外汉学 网络文学", "叙事研究 版本考 传播与接受 审美阐释 数字整理 比较研究",
        "文学研究学刊|荆楚文学", "narrative|reception|philology"),
    "language": _field("740", "sk", "江汉方言 二语写作 学术英语 语料库 应急语言服务 国际中文教育", "语音演变 习得研究 话语分析 能力测评 标注规范 教学模式",
        "语言学刊|外语与翻译", "dialect phonology|corpus study|academic writing"),
    "education": _field("880", "sk", "乡村教师 职业教育 课后服务 研究生导学关系 思政课程 学前教育 产教融合", "专业发展 质量评价 协同育人 影响因素 政策分析 实践路径",
        "教育研究论坛|教师与课程", "teacher development|vocational education|assessment"),
    "law": _field("820", "sk", "个人信息 流域立法 数据产权 行政处罚 环境公益诉讼 知识产权", "保护规则 裁量基准 协同立法 司法适用 制度完善 比较研究",
        "楚天法学论坛|荆楚法学", "data rights|basin legislation|judicial review"),
    "history": _field("770", "sk", "楚国青铜器 汉口茶市 近代武汉城市 移民家谱 三线建设 长江航运", "考释 社会变迁 口述史 档案整理 空间演变 贸易网络",
        "史学学刊|荆楚考古", "urban history|trade networks|oral history"),
    "art": _field("760", "sk", "汉绣 土家织锦 编钟乐舞 汉剧 红色美术 公共艺术", "活态传承 数字展示 图像研究 设计转化 表演形态 当代创作",
        "艺术研究学刊|设计与文化", "heritage design|performance|visual study"),
    "marxism": _field("710", "sk", "共同富裕 乡村振兴 党的自我革命 红色文化 生态文明 意识形态", "理论逻辑 实践路径 育人价值 话语建构 历史经验", "理论与实践|思想政治教育研究",
        "common prosperity|ideology|rural revitalisation"),
    "sport": _field("890", "sk", "校园足球 全民健身 龙舟运动 运动损伤 体教融合", "发展模式 评价体系 康复干预 文化传承", "体育研究学刊|运动与健康", "physical education|rehabilitation"),
}  # fmt: skip

COMPANIES = ("光谷", "楚江", "汉阳", "三峡源", "荆山", "云杉", "长鄂", "江夏", "襄联", "隆中", "磁湖", "清江源", "东湖", "沙洋")
TRADES = ("智能装备", "生物医药", "新材料", "信息技术", "环保科技", "现代农业", "轨道交通", "能源服务", "检测认证", "文化传媒")
FORMS = ("有限公司", "股份有限公司", "集团有限公司", "研究院有限公司")
HOSPITALS = ("江城大学附属医院", "鄂东云山医院")
INSTITUTES = ("中部材料研究所", "长江生态研究院", "华中光电研究所", "楚地农业科学院")
PLACES = (
    "武汉市", "宜昌市", "襄阳市", "荆州市", "十堰市", "黄石市", "恩施市", "黄冈市", "孝感市", "荆门市", "咸宁市", "随州市", "鄂州市",
    "潜江市", "仙桃市", "天门市", "神农架林区", "丹江口市", "枝江市", "松滋市",
)  # fmt: skip
ASPECTS = ("机理与验证", "模型与实证", "进展与展望", "问题与对策", "比较与启示", "多尺度分析", "长期观测", "一个新的视角", "案例与数据", "方法改进")
ABROAD = (("Port Alwyn", "826"), ("Neu Rahlstedt", "276"), ("Kitamachi", "392"), ("Lakeshire", "840"), ("Vallemar", "380"))


def company(rng: random.Random) -> str:
    return f"湖北{rng.choice(COMPANIES)}{rng.choice(TRADES)}{rng.choice(FORMS)}"


def topic(rng: random.Random, field: Field) -> str:
    """A subject of research: 面向…的…"""
    thing, method = rng.choice(field.objects), rng.choice(field.methods)
    match rng.randrange(5):
        case 0:
            return f"{thing}的{method}"
        case 1:
            return f"{thing}{method}研究"
        case 2:
            return f"面向{thing}的{method}关键问题"
        case 3:
            return f"{thing}{method}及其应用"
        case _:
            other = rng.choice([name for name in field.methods if name != method])
            return f"基于{other}的{thing}{method}"


def end(rng: random.Random) -> str:
    """What tells two Chinese titles of one subject apart."""
    place, aspect = rng.choice(PLACES), rng.choice(ASPECTS)
    return rng.choice((f"：以{place}为例", f"：{aspect}", f"：{place}的{aspect}"))


# what is asked of a subject, and under which conditions: of science, of mathematics, of the humanities
_ASKED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "st": (
        ("Mechanisms", "Quantitative assessment", "Multi-scale modelling", "Long-term observation", "Systematic comparison", "Uncertainty analysis",
         "Sensitivity analysis", "Experimental investigation", "Data-driven prediction", "Key factors", "Performance limits", "Integrated design"),
        ("under variable conditions", "with limited samples", "across multiple scales", "in complex environments", "at low cost", "under uncertainty",
         "from laboratory to application", "in the middle Yangtze region", "with noisy measurements", "under realistic constraints",
         "over long periods", "in coupled systems"),
    ),
    "math": (
        ("Sharp bounds", "A variational approach", "Existence and uniqueness", "Asymptotic analysis", "A unified treatment", "Convergence rates", "Perturbation analysis"),
        ("for degenerate equations", "with nonlocal terms", "on weighted graphs", "under random forcing", "in bounded domains", "for fractional systems",
         "with rough coefficients", "in Banach spaces"),
    ),
    "sk": (
        ("Evidence", "Mechanisms", "Historical change", "A comparative perspective", "Institutional foundations", "Measurement and drivers", "A mixed-methods account",
         "Critical reflections", "Patterns and paths", "Practice and theory"),
        ("in central China", "in the Yangtze River economic belt", "since the reform era", "in county-level cities", "in the digital age", "in rural communities",
         "in higher education", "across regions", "in everyday practice", "under policy change"),
    ),
}  # fmt: skip


def english_title(rng: random.Random, field: Field) -> str:
    """What is asked, of what, under which conditions."""
    asked, conditions = _ASKED["math" if field.discipline == "110" else field.branch]
    subject, question, condition = rng.choice(field.english), rng.choice(asked), rng.choice(conditions)
    match rng.randrange(3):
        case 0:
            return f"{subject[0].upper()}{subject[1:]} {condition}: {question[0].lower()}{question[1:]}"
        case 1:
            return f"{subject[0].upper()}{subject[1:]} revisited: {question[0].lower()}{question[1:]} {condition}"
        case _:
            joined = "for" if question.endswith(("approach", "perspective", "account", "treatment")) else "on" if question.endswith("reflections") else "of"
            return f"{question} {joined} {subject} {condition}"


def english_end(rng: random.Random) -> str:
    return rng.choice((", with an application", ": new evidence", ": a replication", ": recent progress", ", with open data", ": a case study"))
