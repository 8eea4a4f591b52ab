"""Messages as people send them, for what must hold for all of them. No test depends on how one of these is judged."""

from __future__ import annotations

from copilot.types import Case

__all__ = ["CASES", "CRISES", "DOZEN"]

# (text, channel): every channel, both languages, every sort of trouble.
_MESSAGES: list[tuple[str, str | None]] = [
    ("Order A-4471 is three weeks late and nobody calls back. On Friday I go to the ombudsman.", "email"),
    ("Where is my refund of $400? I have emailed you three times.", "chat"),
    ("You people are clowns. Worst company on earth. Never again.", "social"),
    ("I have been with you for eleven years and this is how you treat me? The new router drops every hour.", "phone"),
    ("Thank you so much, Priya was wonderful and the kettle is perfect!", "email"),
    ("What time do you open on Sunday?", "sms"),
    ("The heater caught fire last night. My son burned his hand.", "phone"),
    ("Someone logged into my account and I can see another customer's details.", "chat"),
    ("My solicitor will be in touch. Ref ZX-99812-1.", "letter"),
    ("I'm recording this and it goes to the BBC tomorrow.", "face_to_face"),
    ("let me talk to a real person pls", "chat"),
    ("You charged me €40 twice for booking QK7T2P9.", "email"),
    ("cancel my subscription. done with you lot", "sms"),
    ("I am 82 and alone and the gas has been off for two days. I cannot feel my hands.", "phone"),
    ("listen you useless moron, I know where you work", "chat"),
    ("Great, another outage. Bravo. Just what I needed before my exam.", "social"),
    ("订单号202503031234，等了12天还没到，打了3次电话都没人管！", "chat"),
    ("你们就是一群骗子，垃圾公司，再也不会来了。", "social"),
    ("我是十年的老客户了，这次真的很失望，洗衣机又坏了。", "email"),
    ("谢谢小李，服务特别好，点个赞！", "chat"),
    ("请问周日几点开门？", "sms"),
    ("再不退款299元我就去12315投诉，还要找律师。", "letter"),
    ("微波炉冒烟起火，孩子手被烫伤了！", "phone"),
    ("我的信息被泄露了，刚收到诈骗电话，能报出我的住址。", "phone"),
    ("转人工，转人工，转人工", "chat"),
    ("你他妈的什么客服，信不信我找到你家里去", "chat"),
    ("要不要发抖音让大家看看你们怎么做生意的", "social"),
    ("同样的问题反映了五遍，每次都说马上处理，工单也关了。", "email"),
    ("買的冰箱壞了三次，客服說會回電，等了兩星期都沒有。訂單編號A-447123", "email"),
    ("唔該幫我睇下張單，個電話打極都唔通。", "chat"),
    ("媽媽一個人住，八十歲，暖氣停了兩天，請你們快點來。", "face_to_face"),
    ("ok", None),
    ("？？？", None),
    ("My iPhone 15 Pro到现在还没发货，order 20394857，什么时候能到？", None),
    ("Bonjour, où est ma commande? Je l'attends depuis trois semaines.", "email"),
    ("1. late\n2. broken\n3. nobody answers\n\nFix it.", "email"),
]
CASES = [Case(text, channel=channel) for text, channel in _MESSAGES]

# Somebody may be in danger, whatever else stands beside it.
CRISES = [
    Case("I can't go on any more. I want to end my life.", channel="email"),
    Case("I want to kill myself. Order 99812 never came, I want a refund of $400 or I call my lawyer.", channel="chat"),
    Case("You idiots cancelled policy 88812345. I will kill myself tonight and the press will know.", channel="phone"),
    Case("Thank you for the lovely phone. It does not matter any more, I want to die.", channel="sms"),
    Case("我不想活了", channel="chat"),
    Case("我不想活了，订单99812一直没到，我要退款400元，不然找律师，还要上电视曝光你们！", channel="email"),
    Case("你们这群骗子，贷款合同202411051 逼得我想自杀", channel="phone"),
    Case("我不想活了，訂單99812一直沒到，再不退400元就去告你們", channel="sms"),
]

# For what must not depend on how a text is typed.
DOZEN = [case.text for case in CASES if case.text.isascii()][:6] + [c.text for c in CASES if not c.text.isascii()][:8]
