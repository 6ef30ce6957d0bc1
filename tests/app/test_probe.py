from tests.app.rounds import said
from tests.app.test_confidentiality import *
def test_probe(rounds):
    from sqlalchemy import select
    with rounds.engine.connect() as c:
        for r in c.execute(select(tasks)).all():
            if r.case_id==1: print(r.number,r.element_id,r.status,r.excluded,r.queue_id)
    for a in rounds.case_addresses(WAITING):
        x=rounds.ask("hrss.official",a); print(x.status_code,a)
