"""AWS's published per-region constants: service accounts, hosted zones, registries of prebuilt images.

Sources: the pages of the AWS documentation that the provider's tables name ("Elastic Load Balancing endpoints", "Amazon
S3 website endpoints", "AWS Elastic Beanstalk endpoints", "Database audit logging", "CloudTrail supported regions",
"Docker Registry Paths and Example Code" with the SageMaker SDK's image URI files), in the state of AWS provider 6.

Every table is written as ``code:value`` pairs, the code being the start of the region's zone ids (use1 = us-east-1);
``@other`` takes another table's values over, ``codes=value`` gives several regions the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from terraformer.provider.data_sources.aws_regions import REGIONS

__all__ = ["SAGEMAKER_REPOSITORIES", "table"]

_TABLES: Final[dict[str, str]] = {
    "alb-zone": """
        afs1:Z268VQBMOI5EKX ape1:Z3DQVH9N71FHZ0 apne1:Z14GRHDCWA56QT apne2:ZWKZPGTI48KDX apne3:Z5LXEXXYW11ES
        aps1:ZP97RAFLXTNZK aps2:Z0173938T07WNTVAEPZN apse1:Z1LMS91P8CMLE5 apse2:Z1GM3OXH4ZPM65
        apse3:Z08888821HLRG5A9ZRTER apse4:Z09517862IB2WZLPXG76F apse5:Z06010284QMVVW7WO5J apse7:Z0390008CMBRTHFGWBCB
        cac1:ZQSVJUPU6J1EY caw1:Z06473681N0SF6OS049SD cnn1:Z1GDH35T77C1KE cnnw1:ZM7IZAIOVVDZF euc1:Z215JYRZR1TBD5
        euc2:Z06391101F2ZOEP8P5EB3 eun1:Z23TAZ6LKFMNIO eus1:Z3ULH7SSC9OV64 eus2:Z0956581394HF5D5LXGAP
        euw1:Z32O12XQLNTSW2 euw2:ZHURV8PSTC4K8 euw3:Z3Q77PNBQS71R4 ilc1:Z09170902867EHPV2DABU
        mec1:Z08230872XQRWHG2XF6I mes1:ZS929ML54UICD mxc1:Z023552324OKD1BB28BH5 sae1:Z2P70J7HTTTPLU
        use1:Z35SXDOTRQ7X7K use2:Z3AADJGX6KTTL2 usge1:Z166TLBEWOO7G0 usgw1:Z33AYJ8TM3BH4J usw1:Z368ELLRRE2KJ0
        usw2:Z1H1FL5HABSF5
    """,
    "nlb-zone": """
        afs1:Z203XCE67M25HM ape1:Z12Y7K3UBGUAD1 apne1:Z31USIVHYNEOWT apne2:ZIBE1TIR4HY56 apne3:Z1GWIQ4HH19I5X
        aps1:ZVDDRBQ08TROA aps2:Z0711778386UTO08407HT apse1:ZKVM4W9LS7TM apse2:ZCT6FZBF4DROD
        apse3:Z01971771FYVNCOVWJU1G apse4:Z01156963G8MIIL7X90IV apse5:Z026317210H9ACVTRO6FB
        apse7:Z054363131YWATEMWRG5L cac1:Z2EPGBW3API2WT caw1:Z02754302KBB00W2LKWZ9 cnn1:Z3QFB96KMJ7ED6
        cnnw1:ZQEIKTCZ8352D euc1:Z3F0SRJ5LGBH90 euc2:Z02239872DOALSIDCX66S eun1:Z1UDT6IFJ4EJM eus1:Z23146JA1KNAFP
        eus2:Z1011216NVTVYADP1SSV euw1:Z2IFOLAFXWLO4F euw2:ZD4D7Y8KGAS4G euw3:Z1CMS0P5QUZ6D5
        ilc1:Z0313266YDI6ZRHTGQY4 mec1:Z00282643NTTLPANJJG2P mes1:Z3QSRYVP46NYYV mxc1:Z02031231H3ID6HYJ9A7U
        sae1:ZTK26PT1VY4CU use1:Z26RNL4JYFTOTI use2:ZLMOA37VPKANP usge1:Z1ZSMQQ6Q24QQ8 usgw1:ZMG1MZ2THAWF1
        usw1:Z24FKFUX50B4VW usw2:Z18D5FSROUN65G
    """,
    "s3-zone": """
        afs1:Z83WF9RJE8B12 ape1:ZNB98KWMFR0R6 apne1:Z2M4EHUR26P7ZW apne2:Z3W03O7B5YMIYP apne3:Z2YQB5RD63NC85
        aps1:Z11RGJOFQNVJUP aps2:Z02976202B4EZMXIPMXF7 apse1:Z3O0J2DXBE1FTB apse2:Z1WCIGYICN2BYD
        apse3:Z01846753K324LI26A3VV apse4:Z0312387243XT5FE14WFO apse5:Z08660063OXLMA7F1FJHU cac1:Z1QDHH18159H29
        caw1:Z03565811Z33SLEZTHOUL cnn1:Z5CN8UMXT92WN cnnw1:Z282HJ1KT0DH03 euc1:Z21DNDUVLTQW6Q
        euc2:Z030506016YDQGETNASS eun1:Z3BAZG2TWCNX0D eus1:Z30OZKI7KPW7MI eus2:Z0081959F7139GRJC19J
        euw1:Z1BKCTXD74EZPE euw2:Z3GKZC51ZF0DB4 euw3:Z3R1K369G5AVDG ilc1:Z09640613K4A3MN55U7GU
        mec1:Z06143092I8HRXZRUZROF mes1:Z1MPMWCPA7YB62 sae1:Z7KQH4QJS55SO use1:Z3AQBSTGFYJSTF use2:Z2O1EMRO9K5GLX
        usge1:Z2NIFVYYW2VKV1 usgw1:Z31GFT0UA1I2HV usw1:Z2F56UZL2M1ACD usw2:Z3BJ6K6RIION7M
    """,
    "beanstalk-zone": """
        afs1:Z1EI3BVKMKK4AM ape1:ZPWYUBWRU171A apne1:Z1R25G3KIG2GBW apne2:Z3JE5OI70TWKCP apne3:ZNE5GEY1TIAGY
        aps1:Z18NTBI3Y7N9TZ apse1:Z16FZ9L249IFLT apse2:Z2PCDNR3VC2G1N apse3:Z05913172VM7EAZB40TA8 cac1:ZJFCZL7SSZB5I
        euc1:Z1FRNW7UH4DEZJ eun1:Z23GO28BZ5AETM eus1:Z10VDYYOA2JFKM euw1:Z2NYPWQ7DFZAZH euw2:Z1GKAAAUGATPF1
        euw3:Z5WN6GAYWG5OB ilc1:Z02941091PERNCB1MI5H7 mes1:Z2BBTEKR2I36N2 sae1:Z10X7K2B4QSOFV use1:Z117KPS5GTRQ2G
        use2:Z14LCN19Q5QHIC usw1:Z1LQECGX5PH1X usw2:Z38NKT9BP95V3O usge1:Z35TSARG0EJ4VU usgw1:Z4KAURWC4UUUG
    """,
    "elb-account": """
        afs1:098369216593 ape1:754344448648 apne1:582318560864 apne2:600734575887 apne3:383597477331
        aps1:718504428378 apse1:114774131450 apse2:783225319266 apse3:589379963580 cac1:985666609251
        cnn1:638102146993 cnnw1:037604701340 euc1:054676820928 eun1:897822967062 eus1:635631232127
        euw1:156460612806 euw2:652711504416 euw3:009996457667 mes1:076674570225 sae1:507241528517
        use1:127311923021 use2:033677994240 usge1:190560391635 usgw1:048591011584 usw1:027434742980
        usw2:797873946194
    """,
    "cloudtrail-account": """
        afs1:525921808201 ape1:119688915426 apne1:216624486486 apne2:492519147666 apne3:765225791966
        aps1:977081816279 aps2:582488909970 apse1:903692715234 apse2:284668455005 apse3:069019280451
        apse4:187074758985 cac1:819402241893 cnn1:193415116832 cnnw1:681348832753 euc1:035351147821
        euc2:453052556044 eun1:829690693026 eus1:669305197877 eus2:757211635381 euw1:859597730677
        euw2:282025262664 euw3:262312530599 ilc1:683224464357 mec1:585772288577 mes1:034638983726
        sae1:814480443879 use1:086441151436 use2:475085895292 usge1,usgw1=608710470296 usw1:388731089494
        usw2:113285607260
    """,
    "redshift-account": """
        afs1:365689465814 ape1:313564881002 apne1:404641285394 apne2:760740231472 apne3:090321488786
        aps1:865932855811 apse1:361669875840 apse2:762762565011 cac1:907379612154 cnn1:111890595117
        cnnw1:660998842044 euc1:053454850223 eun1:729911121831 eus1:945612479654 euw1:210876761215
        euw2:307160386991 euw3:915173422425 mes1:013126148197 sae1:075028567923 use1:193672423079
        use2:391106570357 usge1,usgw1=665727464434 usw1:262260360010 usw2:902366379725
    """,
    "sagemaker-blazing": """
        afs1:455444449433 ape1:286214385809 apne1:501404015308 apne2:306986355934 apne3:867004704886
        aps1:991648021394 aps2:628508329040 apse1:475088953585 apse2:544295431143 apse3:951798379941
        apse4:106583098589 cac1:469771592824 caw1:190319476487 cnn1:390948362332 cnnw1:387376663083
        euc1:813361260812 euc2:680994064768 eun1:669576153137 eus1:257386234256 eus2:104374241257
        euw1:685385470294 euw2:644912444149 euw3:749696950732 ilc1:898809789911 mec1:272398656194
        mes1:249704162688 sae1:855470959533 use1:811284229777 use2:825641698319 usge1:237065988967
        usgw1:226302683700 usie1:490574956308 usibe1:765400339828 usw1:632365934929 usw2:433757028032
    """,
    "sagemaker-deepar": """
        @sagemaker-blazing apne1:633353088612 apne2:204372634319 apse2:514117268639 euc1:495149712605
        euw1:224300973850 use1:522234722520 use2:566113047672 usw2:156387875391
    """,
    "sagemaker-factor-machines": """
        @sagemaker-blazing apne1:351501993468 apne2:835164637446 apse2:712309505854 euc1:664544806723
        euw1:438346466558 use1:382416733822 use2:404615174143 usw2:174872318107
    """,
    "sagemaker-lda": """
        apne1:258307448986 apne2:293181348795 aps1:991648021394 apse1:475088953585 apse2:297031611018
        cac1:469771592824 euc1:353608530281 euw1:999678624901 euw2:644912444149 use1:766337827248
        use2:999911452149 usgw1:226302683700 usie1:490574956308 usibe1:765400339828 usw1:632365934929
        usw2:266724342769
    """,
    "sagemaker-xgboost": """
        afs1:510948584623 ape1:651117190479 apne1:354813040037 apne2:366743142698 apne3:867004704886
        aps1:720646828776 aps2:628508329040 apse1:121021644041 apse2:783357654285 apse3:951798379941
        apse4:106583098589 cac1:341280168497 caw1:190319476487 cnn1:450853457545 cnnw1:451049120500
        euc1:492215442770 euc2:680994064768 eun1:662702820516 eus1:978288397137 eus2:104374241257
        euw1:141502667606 euw2:764974769150 euw3:659782779980 ilc1:898809789911 mec1:272398656194
        mes1:801668240914 sae1:737474898029 use1:683313688378 use2:257758044811 usge1:237065988967
        usgw1:414596584902 usie1:833128469047 usibe1:281123927165 usw1:746614075791 usw2:246618743249
    """,
    "sagemaker-deep-learning": """
        apne1,apne2,aps1,apse1,apse2,cac1,euc1,eun1,euw1,euw2,euw3,sae1,use1,use2,usw1,usw2=763104351884
        cnn1,cnnw1=727897471807 afs1:626614931356 ape1:871362719292 apne3:364406365360 aps2:772153158452
        apse3:907027046896 apse4:457447274322 caw1:204538143572 euc2:380420809688 eus1:692866216735
        eus2:503227376785 ilc1:780543022126 mec1:914824155844 mes1:217643126080 usge1:446045086412
        usgw1:442386744353 usie1:886529160074 usibe1:094389454867
    """,
    "sagemaker-custom": """
        apne1,apne2,aps1,apse1,apse2,cac1,euc1,eun1,euw1,euw2,euw3,sae1,use1,use2,usw1,usw2=520713654638
        afs1:313743910680 ape1:057415533634 cnn1:422961961927 cnnw1:423003514399 eus1:048378556238
        mes1:724002660598 usgw1:246785580436 usie1:744548109606 usibe1:453391408702
    """,
    "sagemaker-rl": """
        apne1,apne2,aps1,apse1,apse2,cac1,euc1,euw1,euw2,use1,use2,usw1,usw2=462105765813
    """,
    "sagemaker-neo": """
        afs1:774647643957 ape1:110948597952 apne1:941853720454 apne2:151534178276 apne3:925152966179
        aps1:763008648453 apse1:324986816169 apse2:355873309152 cac1:464438896020 cnn1:472730292857
        cnnw1:474822919863 euc1:746233611703 eun1:601324751636 eus1:966458181534 euw1:802834080501
        euw2:205493899709 euw3:254080097072 ilc1:275950707576 mes1:836785723513 sae1:756306329178
        use1:785573368785 use2:007439368137 usgw1:263933020539 usie1:167761179201 usibe1:406031935815
        usw1:710691900526 usw2:301217895009
    """,
    "sagemaker-clarify": """
        afs1:811711786498 ape1:098760798382 apne1:377024640650 apne2:263625296855 apne3:912233562940
        aps1:452307495513 apse1:834264404009 apse2:007051062584 apse3:705930551576 cac1:675030665977
        cnn1:122526803553 cnnw1:122578899357 euc1:017069133835 eun1:763603941244 eus1:638885417683
        euw1:131013547314 euw2:440796970383 euw3:341593696636 mes1:835444307964 sae1:520018980103
        use1:205585389593 use2:211330385671 usgw1:598674086554 usw1:740489534195 usw2:306415355426
    """,
    "sagemaker-data-wrangler": """
        afs1:143210264188 ape1:707077482487 apne1:649008135260 apne2:131546521161 apne3:913387583493
        aps1:089933028263 apse1:119527597002 apse2:422173101802 cac1:557239378090 cnn1:245909111842
        cnnw1:249157047649 euc1:024640144536 eun1:054986407534 eus1:488287956546 euw1:245179582081
        euw2:894491911112 euw3:807237891255 ilc1:406833011540 mes1:376037874950 sae1:424196993095
        use1:663277389841 use2:415577184552 usw1:926135532090 usw2:174368400705
    """,
    "sagemaker-debugger": """
        afs1:314341159256 ape1:199566480951 apne1:430734990657 apne2:578805364391 apne3:479947661362
        aps1:904829902805 apse1:972752614525 apse2:184798709955 cac1:519511493484 cnn1:618459771430
        cnnw1:658757709296 euc1:482524230118 eun1:314864569078 eus1:563282790590 euw1:929884845733
        euw2:250201462417 euw3:447278800020 mes1:986000313247 sae1:818342061345 use1:503895931360
        use2:915447279597 usgw1:515509971035 usw1:685455198987 usw2:895741380848
    """,
    "sagemaker-spark": """
        afs1:309385258863 ape1:732049463269 apne1:411782140378 apne2:860869212795 apne3:102471314380
        aps1:105495057255 aps2:873151114052 apse1:759080221371 apse2:440695851116 apse3:800295151634
        apse4:819679513684 cac1:446299261295 caw1:000907499111 cnn1:671472414489 cnnw1:844356804704
        euc1:906073651304 euc2:142351485170 eun1:330188676905 eus1:753923664805 eus2:833944533722
        euw1:571004829621 euw2:836651553127 euw3:136845547031 ilc1:408426139102 mec1:395420993607
        mes1:750251592176 sae1:737130764395 use1:173754725891 use2:314815235551 usge1:260923028637
        usgw1:271483468897 usw1:667973535471 usw2:153931337802
    """,
    "sagemaker-base-python": """
        afs1:559312083959 ape1:493642496378 apne1:102112518831 apne2:806072073708 apne3:792733760839
        aps1:394103062818 apse1:492261229750 apse2:452832661640 apse3:276181064229 cac1:310906938811
        cnn1:390048526115 cnnw1:390780980154 euc1:936697816551 eun1:243637512696 eus1:592751261982
        eus2:127363102723 euw1:470317259841 euw2:712779665605 euw3:615547856133 ilc1:380164790875
        mec1:103105715889 mes1:117516905037 sae1:782484402741 use1:081325390199 use2:429704687514
        usge1:107072934176 usgw1:107173498710 usw1:742091327244 usw2:236514542706
    """,
    "sagemaker-geospatial": "usw2:081189585635",
    "sagemaker-model-monitor": """
        afs1:875698925577 ape1:001633400207 apne1:574779866223 apne2:709848358524 apne3:990339680094
        aps1:126357580389 apse1:245545462676 apse2:563025443158 apse3:669540362728 cac1:536280801234
        cnn1:453000072557 cnnw1:453252182341 euc1:048819808253 eun1:895015795356 eus1:933208885752
        eus2:437450045455 euw1:468650794304 euw2:749857270468 euw3:680080141114 ilc1:843974653677
        mec1:588750061953 mes1:607024016150 sae1:539772159869 use1:156813124566 use2:777275614652
        usw1:890145073186 usw2:159807026194
    """,
}

_BY_CODE: Final = {region.short: region.name for region in REGIONS.values()}


@cache
def table(name: str) -> Mapping[str, str]:
    """A table by name: region name -> value. Raises KeyError when there is none of that name."""
    values: dict[str, str] = {}
    for word in _TABLES[name].split():
        if word.startswith("@"):
            values.update(table(word[1:]))
        elif "=" in word:
            codes, value = word.split("=")
            values.update({_BY_CODE[code]: value for code in codes.split(",")})
        else:
            code, value = word.split(":")
            values[_BY_CODE[code]] = value
    return values


def _repositories() -> dict[str, str]:
    families = {
        "sagemaker-blazing": "blazingtext image-classification object-detection semantic-segmentation seq2seq",
        "sagemaker-clarify": "sagemaker-clarify-processing",
        "sagemaker-data-wrangler": "sagemaker-data-wrangler-container",
        "sagemaker-debugger": "sagemaker-debugger-rules",
        "sagemaker-deepar": "forecasting-deepar",
        "sagemaker-neo": (
            "sagemaker-neo-mxnet sagemaker-neo-pytorch sagemaker-rl-mxnet image-classification-neo"
            " sagemaker-inference-mxnet sagemaker-inference-pytorch sagemaker-inference-tensorflow xgboost-neo"
            " sagemaker-neo-tensorflow"
        ),
        "sagemaker-lda": "lda",
        "sagemaker-model-monitor": "sagemaker-model-monitor-analyzer",
        "sagemaker-xgboost": "sagemaker-xgboost sagemaker-scikit-learn sagemaker-sparkml-serving tei tei-cpu",
        "sagemaker-custom": (
            "sagemaker-chainer sagemaker-mxnet sagemaker-mxnet-serving sagemaker-mxnet-eia sagemaker-mxnet-serving-eia"
            " sagemaker-pytorch sagemaker-tensorflow sagemaker-tensorflow-eia sagemaker-tensorflow-scriptmode"
            " sagemaker-rl-tensorflow sagemaker-tensorflow-serving sagemaker-tensorflow-serving-eia"
        ),
        "sagemaker-deep-learning": (
            "autogluon-training autogluon-inference djl-inference huggingface-tensorflow-training"
            " huggingface-pytorch-training huggingface-pytorch-training-neuronx huggingface-pytorch-trcomp-training"
            " huggingface-tensorflow-trcomp-training huggingface-tensorflow-inference huggingface-pytorch-inference"
            " huggingface-pytorch-inference-neuron huggingface-pytorch-inference-neuronx"
            " huggingface-pytorch-tgi-inference mxnet-training mxnet-inference mxnet-inference-eia pytorch-training"
            " pytorch-training-neuronx pytorch-trcomp-training pytorch-inference pytorch-inference-eia"
            " pytorch-inference-graviton pytorch-inference-neuronx stabilityai-pytorch-inference tensorflow-training"
            " tensorflow-inference tensorflow-inference-eia tensorflow-inference-graviton sagemaker-tritonserver"
        ),
        "sagemaker-rl": "sagemaker-rl-ray-container sagemaker-rl-coach-container sagemaker-rl-vw-container",
        "sagemaker-base-python": "sagemaker-base-python",
        "sagemaker-geospatial": "sagemaker-geospatial-v1-0",
        "sagemaker-spark": "sagemaker-spark-processing",
        "sagemaker-factor-machines": (
            "factorization-machines ipinsights kmeans knn linear-learner ntm object2vec pca randomcutforest"
        ),
    }
    return {repository: family for family, names in families.items() for repository in names.split()}


SAGEMAKER_REPOSITORIES: Final[Mapping[str, str]] = _repositories()
"""Repository name -> the table of the accounts that hold it."""
