-- Tier 3's catalogue as it was told here, and offers whose lines have their own tax and discount.

CREATE TABLE catalogue_items (
    product_id  text          PRIMARY KEY,
    version     bigint        NOT NULL,
    names       jsonb         NOT NULL,
    kind        text          NOT NULL,
    unit        text          NOT NULL,
    tax_percent numeric(5, 2) NOT NULL,
    active      boolean       NOT NULL,
    prices      jsonb         NOT NULL,
    taken_at    timestamptz   NOT NULL DEFAULT now()
);

ALTER TABLE offers
    ADD COLUMN effective_discount numeric(5, 2) NOT NULL DEFAULT 0,
    ADD COLUMN taxes              jsonb         NOT NULL DEFAULT '[]',
    ADD COLUMN approve_by         timestamptz,
    ADD COLUMN approval_level     int           NOT NULL DEFAULT 0,
    ADD COLUMN warn_at            timestamptz;
UPDATE offers SET effective_discount = discount_percent,
       taxes = jsonb_build_array(jsonb_build_object('percent', tax_percent::text, 'net', net::text, 'tax', tax::text));
CREATE INDEX offers_to_approve ON offers (approve_by) WHERE state = 'awaiting_approval';
CREATE INDEX offers_to_warn ON offers (warn_at) WHERE state = 'sent';
CREATE INDEX offers_deal ON offers (deal_id, version);
