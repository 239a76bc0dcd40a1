"""The balances of the ledger are held by the database, whoever writes and however many at once.

The function belongs to the owner's role: the application may not lock a vial by itself, because it may not
change one. Each statement in it sees what was committed before the lock was granted, which holds for READ
COMMITTED alone; under another isolation level an old snapshot would be summed, so none is let in.
"""

from django.db import migrations

BALANCES = """
CREATE OR REPLACE FUNCTION kitclinic_ledger_balances() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    vial record;
    drawn record;
    holds numeric;
    in_hand numeric;
    gone_back numeric;
    moves integer;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'The ledger is written under READ COMMITTED only. Nothing was written.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_sees_everything';
    END IF;
    SELECT v.site_id, v.vault_id, p.strength_mg_per_ml AS strength, p.strength_mg_per_ml * p.vial_ml AS label_mg
        INTO vial
        FROM public.infusions_vial v JOIN public.infusions_product p ON p.id = v.product_id
        WHERE v.id = NEW.vial_id FOR NO KEY UPDATE OF v;
    IF NOT FOUND OR vial.site_id <> NEW.site_id OR vial.vault_id <> NEW.vault_id THEN
        RAISE EXCEPTION 'This vial is in another vault. Nothing was written; reload the ledger.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_vault_agrees';
    END IF;
    IF NEW.mg = 'NaN' OR NEW.ml = 'NaN' OR NEW.ml * vial.strength <> NEW.mg THEN
        RAISE EXCEPTION 'mg and mL do not agree with the strength of the vial. Nothing was written.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_amounts_agree';
    END IF;
    SELECT count(*), coalesce(sum(CASE
            WHEN kind IN ('received', 'returned') THEN mg
            WHEN kind = 'withdrawn' OR kind = 'wasted' AND draw_id IS NULL THEN -mg
            WHEN kind = 'discrepancy' AND draw_id IS NULL THEN mg
            ELSE 0 END), 0)
        INTO moves, holds FROM public.infusions_movement WHERE vial_id = NEW.vial_id;
    IF NEW.kind = 'received' AND (moves > 0 OR NEW.mg <> vial.label_mg) THEN
        RAISE EXCEPTION 'A vial is received once, full. Nothing was written; reload the ledger.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_vial_received_once';
    END IF;
    holds := holds + CASE
        WHEN NEW.kind IN ('received', 'returned') THEN NEW.mg
        WHEN NEW.kind = 'withdrawn' OR NEW.kind = 'wasted' AND NEW.draw_id IS NULL THEN -NEW.mg
        WHEN NEW.kind = 'discrepancy' AND NEW.draw_id IS NULL THEN NEW.mg
        ELSE 0 END;
    IF NEW.draw_id IS NOT NULL THEN
        SELECT id, mg INTO drawn FROM public.infusions_movement
            WHERE id = NEW.draw_id AND kind = 'withdrawn' AND site_id = NEW.site_id
              AND vial_id = NEW.vial_id AND infusion_id = NEW.infusion_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'This dose was drawn from another vial or for somebody else. Nothing was written.'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_draw_agrees';
        END IF;
        SELECT count(*), drawn.mg + coalesce(sum(CASE WHEN kind = 'discrepancy' THEN mg ELSE -mg END), 0),
               coalesce(sum(mg) FILTER (WHERE kind = 'returned'), 0)
            INTO moves, in_hand, gone_back FROM public.infusions_movement WHERE draw_id = NEW.draw_id;
        IF NEW.kind = 'returned' AND (moves > 0 OR NEW.mg <> drawn.mg) THEN
            RAISE EXCEPTION 'Only a whole dose that nothing happened to goes back. Nothing was written; waste it.'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_return_is_whole';
        END IF;
        in_hand := in_hand + CASE WHEN NEW.kind = 'discrepancy' THEN NEW.mg ELSE -NEW.mg END;
        IF in_hand < 0 THEN
            RAISE EXCEPTION 'So much is not left of this dose. Nothing was written; reload the ledger.'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_dose_below_zero';
        END IF;
        IF in_hand + gone_back > drawn.mg THEN
            RAISE EXCEPTION 'A dose is never more than was drawn. Nothing was written; reload the ledger.'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_dose_above_drawn';
        END IF;
    END IF;
    IF holds < 0 THEN
        RAISE EXCEPTION 'So much is not in this vial any more. Nothing was written; reload the ledger.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_vial_below_zero';
    END IF;
    IF holds > vial.label_mg THEN
        RAISE EXCEPTION 'A vial never holds more than its label says. Nothing was written; reload the ledger.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_vial_above_label';
    END IF;
    IF NEW.kind = 'wasted' AND NOT EXISTS (
        SELECT FROM public.kitclinic_signature s JOIN public.kitclinic_staffuser w ON w.id = s.signer_id
        WHERE s.id = NEW.signature_id AND s.meaning = 'witnessed' AND s.site_id = NEW.site_id
          AND s.signer_id = NEW.witness_id AND w.site_id = NEW.site_id
    ) THEN
        RAISE EXCEPTION 'The witness of a waste signs it, as a person of this clinic. Nothing was written.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_witness_signs';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION kitclinic_ledger_balances() FROM PUBLIC;
CREATE TRIGGER ledger_balances BEFORE INSERT ON infusions_movement
    FOR EACH ROW EXECUTE FUNCTION kitclinic_ledger_balances();
"""


class Migration(migrations.Migration):
    dependencies = [("infusions", "0008_products_stand")]
    operations = [migrations.RunSQL(BALANCES, migrations.RunSQL.noop)]
