"""An arrangement of days off for 2027 as somebody pastes it. The number is invented; no notice is out yet."""

from __future__ import annotations

NUMBER = "国办发明电〔2026〕999号"
DAYS_2027 = """\
日期\t类型\t名称
2027-01-01 至 2027-01-03\t放假\t元旦
2027-02-05 至 2027-02-11\t放假\t春节
2027-02-14\t上班\t春节
2027-04-03 至 2027-04-05\t放假\t清明节
5月1日 至 5月5日\t放假\t劳动节
2027/5/8\t调休上班\t劳动节
2027年6月9日\t放假\t端午节
2027-09-15\t放假\t中秋节
2027-09-26\t上班\t国庆节
2027-10-01 至 2027-10-07\t放假\t国庆节
2027-10-09\t上班\t国庆节
"""
NOTICE_2027 = f"年份 2027\n文号 {NUMBER}\n{DAYS_2027}"
