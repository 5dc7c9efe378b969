-- A row for every table, with the fewest values that its constraints allow. Both
-- engines take this text after the migrations.
INSERT INTO organisation (org_id, kind, name, created_at) VALUES ('org_1', 'vendor', 'Acme', 1);
INSERT INTO brand (brand, org_id) VALUES ('acme', 'org_1');
INSERT INTO subject_key (subject, sealed) VALUES ('psn_1', '\x00');
INSERT INTO person (person_id, roles, sealed, generation, created_at) VALUES ('psn_1', '', '\x00', 1, 1);
INSERT INTO credential (credential_id, hash, kind, person_id, scopes, name, created_at) VALUES ('tok_1', 'h1', 'person', 'psn_1', '[]', '', 1);
INSERT INTO setup_link (hash, expires_at) VALUES ('h1', 1);
INSERT INTO session (token_hash, sealed, expires_at) VALUES ('h1', '\x00', 1);
INSERT INTO passkey (passkey_id, person_id, credential_hash, sealed, counter, created_at) VALUES ('psk_1', 'psn_1', 'h1', '\x00', 0, 1);
INSERT INTO ceremony (key_hash, purpose, person_id, sealed, expires_at) VALUES ('h1', 'verify', 'psn_1', '\x00', 1);
INSERT INTO mail_link (hash, kind, person_id, generation, browser_hash, wrong, made_at, expires_at) VALUES ('h1', 'sign-in', 'psn_1', 1, 'b', 0, 1, 1);
INSERT INTO recovery (recovery_id, person_id, stage, started_at, next_at) VALUES ('rcv_1', 'psn_1', 'begun', 1, 1);
INSERT INTO known_browser (person_id, browser_hash, seen_at) VALUES ('psn_1', 'h1', 1);
INSERT INTO address_change (change_id, person_id, stage, link_hash, generation, sealed, asked_at, until_at) VALUES ('adr_1', 'psn_1', 'asked', 'h1', 1, '\x00', 1, 1);
INSERT INTO station (station_id, org_id, name, idle_seconds, made_by, created_at, token_hash, enrolled_at, wrong)
  VALUES ('stn_1', 'org_1', 'Bench', 60, 'psn_1', 1, 'h1', 1, 0);
INSERT INTO badge (badge_id, person_id, code_hash, made_at) VALUES ('bdg_1', 'psn_1', 'h1', 1);
INSERT INTO pin (person_id, hash, wrong, changed_at) VALUES ('psn_1', 'h', 0, 1);
INSERT INTO pin_alarm (alarm_id, org_id, station_id, person_id, at) VALUES ('alm_1', 'org_1', 'stn_1', 'psn_1', 1);
INSERT INTO provider (provider_id, org_id, audience, name, issuer, client_id, hosts, acr, max_age, listed, made_by, created_at)
  VALUES ('prv_1', 'org_1', 'owners', 'Acme', 'https://id.example', 'quitclaim', '[]', '[]', 0, true, 'psn_1', 1);
INSERT INTO identity (provider_id, subject_hash, person_id, linked_at) VALUES ('prv_1', 'h', 'psn_1', 1);
INSERT INTO provider_attempt (state_hash, browser_hash, provider_id, purpose, person_id, sealed, started_at, expires_at)
  VALUES ('h', 'h', 'prv_1', 'link', 'psn_1', '\x00', 1, 1);
INSERT INTO model (model_id, vendor_id, brand, name, gtin, reset_policy, sale_implied, min_firmware, required_grade, removable_media, clouds, checklist)
  VALUES ('mdl_1', 'org_1', 'acme', 'Cam One', '1', 'release', false, '', 'probed', false, '', '');
INSERT INTO accreditation (model_id, org_id, self_custody, granted_at) VALUES ('mdl_1', 'org_1', false, 1);
INSERT INTO lookup (kind, code, unit_id) VALUES ('unit', 'acme/1', 'unt_1');
INSERT INTO unit (unit_id, brand, serial, serial_folded, model_id, vendor_id, unconfirmed, state, epoch, epoch_at, version, custody, registered_at, has)
  VALUES ('unt_1', 'acme', '1', '1', 'mdl_1', 'org_1', false, 'stock', 1, 1, 1, 'org_1', 1, 0);
INSERT INTO kit (kit_id, vendor_id, name, made_by, created_at) VALUES ('kit_1', 'org_1', 'Home', 'psn_1', 1);
INSERT INTO kit_unit (unit_id, kit_id, epoch, place) VALUES ('unt_1', 'kit_1', 1, 0);
INSERT INTO binding (unit_id, binding_id, epoch, kind, state, account, created_at) VALUES ('unt_1', 'bnd_1', 1, 'owner', 'pending', 'psn_1', 1);
INSERT INTO sighting (unit_id, cloud, account_hash, kind, epoch, seen_at) VALUES ('unt_1', 'c', 'h', 'owner', 1, 1);
INSERT INTO probe (unit_id, cloud, epoch, at, dark, credential_refused) VALUES ('unt_1', 'c', 1, 1, true, true);
INSERT INTO unit_return (unit_id, return_id, epoch, org_id, clerk, at, authority, condition, reason, customer_present)
  VALUES ('unt_1', 'ret_1', 1, 'org_1', 'psn_1', 1, 'none', '', '', false);
INSERT INTO reset_order (unit_id, order_id, epoch, kind, state, before_at, opened_at, ended_at) VALUES ('unt_1', 'ord_1', 1, 'cut', 'done', 1, 1, 1);
INSERT INTO task (unit_id, order_id, task_id, epoch, place, seq, verb, state) VALUES ('unt_1', 'ord_1', 't', 1, 1, 1, 'cut', 'open');
INSERT INTO attestation (unit_id, order_id, check_id, person_id, epoch, at, pass) VALUES ('unt_1', 'ord_1', 'c', 'psn_1', 1, 1, true);
INSERT INTO report (unit_id, epoch, at, kind) VALUES ('unt_1', 1, 1, 'hard');
INSERT INTO unit_credential (unit_id, hash, epoch, at) VALUES ('unt_1', 'h', 1, 1);
INSERT INTO challenge (unit_id, nonce_hash, epoch, expires_at) VALUES ('unt_1', 'h', 1, 1);
INSERT INTO certificate (unit_id, code, epoch, continued_to, grade, org_id, self_custody, operator, validator, clerk, waived, issued_at, signed)
  VALUES ('unt_1', 'C', 1, 1, 'probed', 'org_1', false, 'psn_1', 'psn_2', 'psn_3', '', 1, '\x00');
INSERT INTO deletion (unit_id, binding_id, cloud, epoch, account, from_at, before_at, state) VALUES ('unt_1', 'bnd_1', 'c', 1, 'psn_1', 1, 2, 'open');
INSERT INTO cloud_recording (unit_id, made_at) VALUES ('unt_1', 1);
INSERT INTO sale (unit_id, sale_id, epoch, org_id, sold_at, recorded_at, from_state) VALUES ('unt_1', 'sal_1', 1, 'org_1', 1, 1, 'stock');
INSERT INTO receipt (unit_id, receipt_hash, epoch, org_id, sealed) VALUES ('unt_1', 'h', 1, 'org_1', '\x00');
INSERT INTO offer (unit_id, offer_id, epoch, state, from_person, code_hash, created_at, expires_at, ended_at)
  VALUES ('unt_1', 'ofr_1', 1, 'refused', 'psn_1', 'h', 1, 1, 1);
INSERT INTO hold (unit_id, hold_id, epoch, kind, placed_by, placed_at) VALUES ('unt_1', 'hld_1', 1, 'legal', 'psn_1', 1);
INSERT INTO share_name (unit_id, binding_id, epoch, person_id, sealed) VALUES ('unt_1', 'bnd_1', 1, 'psn_1', '\x00');
INSERT INTO offer_seen (unit_id, offer_id, epoch, seen_at) VALUES ('unt_1', 'ofr_1', 1, 1);
INSERT INTO contest (unit_id, hold_id, epoch, person_id) VALUES ('unt_1', 'hld_1', 1, 'psn_1');
INSERT INTO shipment (unit_id, shipment_id, epoch, from_org, to_org, sent_at, received_at) VALUES ('unt_1', 'shp_1', 1, 'org_1', 'org_2', 1, 1);
INSERT INTO work (unit_id, order_id, cloud, epoch, attempt, first_at, next_at) VALUES ('unt_1', 'ord_1', 'c', 1, 1, 1, 1);
INSERT INTO watch (unit_id, epoch, next_at) VALUES ('unt_1', 1, 1);
INSERT INTO flag (unit_id, flag_id, epoch, kind, cause, severity, state, evidence, first_at, last_at)
  VALUES ('unt_1', 'flg_1', 1, 'k', 'c', 'low', 'open', '', 1, 1);
INSERT INTO flag_round (unit_id, flag_id, number, epoch, severity, evidence, reopened_at) VALUES ('unt_1', 'flg_1', 1, 1, 'low', '', 1);
INSERT INTO sweep_run (job, slot, started_at, seen, flagged, failed) VALUES ('j', 1, 1, 0, 0, 0);
INSERT INTO sweep_position (job, version, position) VALUES ('j', 1, '');
INSERT INTO throttle (key_hash, count, last_at, until_at, forget_at) VALUES ('h', 1, 1, 1, 1);
INSERT INTO cloud_link (unit_id, account, kind, since) VALUES ('unt_1', 'a', 'owner', 1);
INSERT INTO cloud_unit (unit_id) VALUES ('unt_1');
INSERT INTO log_entry (entry_id, kind, subject, event, at, leaf_hash, entry) VALUES ('ent_1', 'log', 's', 'begin', 1, '\x00', '\x00');
INSERT INTO log_hash (stored_idx, hash) VALUES (0, '\x00');
INSERT INTO log_origin (since, origin, at) VALUES (0, 'log', 1);
INSERT INTO checkpoint (size, at, note) VALUES (1, 1, '\x00');
INSERT INTO attempt (principal, route, key_hash, digest, expires_at) VALUES ('p', 'r', 'h', 'd', 1);
INSERT INTO answer (scope, principal, route, key_hash, sealed, expires_at) VALUES ('unt_1', 'p', 'r', 'h', '\x00', 1);
INSERT INTO batch (batch_id, org_id, opened_by, opened_at, condition, reason, entries) VALUES ('bat_1', 'org_1', 'psn_1', 1, 'used', 'other', 1);
INSERT INTO batch_entry (batch_id, entry_id, place, person_id, scanned_at, at, queued, shown, verdict, state, reasons, secret_redacted)
  VALUES ('bat_1', 'e1', 1, 'psn_1', 1, 1, false, '', 'unknown', 'exception', '[]', false);
INSERT INTO photograph (unit_id, order_id, digest, epoch, picture)
  VALUES ('unt_1', 'ord_1', '0000000000000000000000000000000000000000000000000000000000000000', 1, '\x00');
INSERT INTO checklist_picture (model_id, digest, picture)
  VALUES ('mdl_1', '0000000000000000000000000000000000000000000000000000000000000000', '\x00');
INSERT INTO print_job (org_id, job_id, stock, skip, copies, dpi, state, created_at) VALUES ('org_1', 'j', 's', 0, 1, 0, 'made', 1);
INSERT INTO print_label (unit_id, org_id, job_id, place, epoch, state) VALUES ('unt_1', 'org_1', 'j', 0, 1, 'made');
INSERT INTO import_job (import_id, org_id, reference, kind, format, state, actor, name, digest, bytes, layout, at_byte, counts, attempt, created_at, changed_at, lease_until)
  VALUES ('imp_1', 'org_1', 'r', 'units', 'csv', 'running', '{}', 'n', 'd', 1, '{}', 0, '{}', 1, 1, 1, 0);
INSERT INTO import_part (import_id, part, sealed) VALUES ('imp_1', 0, '\x00');
INSERT INTO import_error (import_id, row_no, place, col, code) VALUES ('imp_1', 1, 0, 'c', 'e');
INSERT INTO import_chunk (import_id, first_row, last_row, entry_id) VALUES ('imp_1', 2, 3, 'ent_1');
INSERT INTO notice (notice_id, person_id, kind, once_hash, inbox, sealed, at) VALUES ('ntc_1', 'psn_1', 'released', 'h', true, '\x00', 1);
INSERT INTO delivery (notice_id, channel, target, attempt, first_at, next_at, until_at) VALUES ('ntc_1', 'mail', '', 0, 1, 1, 1);
INSERT INTO notice_choice (person_id, kind, channel, chosen_at) VALUES ('psn_1', 'firmware', 'mail', 1);
INSERT INTO push_subscription (subscription_id, person_id, endpoint_hash, sealed, generation, created_at) VALUES ('sub_1', 'psn_1', 'h', '\x00', 1, 1);
INSERT INTO mail_standing (person_id, language) VALUES ('psn_1', 'de');
INSERT INTO untold (source, error, tries, first_at, next_at) VALUES ('entry 1', 'sealed', 1, 1, 1);
INSERT INTO consent_ask (unit_id, ask_id, epoch, owner, agent, org_id, sealed, made_at, expires_at) VALUES ('unt_1', 'ask_1', 1, 'psn_1', 'psn_2', 'org_1', '\x00', 1, 2);
INSERT INTO consent (unit_id, consent_id, epoch, ask_id, owner, agent, made_at, expires_at, body, entry_id)
  VALUES ('unt_1', 'cns_1', 1, 'ask_1', 'psn_1', 'psn_2', 1, 2, '{}', 'ent_1');
INSERT INTO support_access (unit_id, access_id, epoch, consent_id, owner, agent, at, body, entry_id)
  VALUES ('unt_1', 'acc_1', 1, 'cns_1', 'psn_1', 'psn_2', 1, '{}', 'ent_1');
INSERT INTO release_code (code_hash, unit_id, epoch, at) VALUES ('h1', 'unt_1', 1, 1);
INSERT INTO firmware_key (model_id, key_id, public, name, made_by, made_at)
  VALUES ('mdl_1', 'k1', 'abcdefghijklmnopqrstuvwxyzabcdef', 'K', 'psn_1', 1);
INSERT INTO firmware (model_id, version, sha256, key_id, signature, notes, minimum, made_by, made_at)
  VALUES ('mdl_1', '1.0', 'abcdefghijklmnopqrstuvwxyzabcdefabcdefghijklmnopqrstuvwxyzabcdef', 'k1',
    'abcdefghijklmnopqrstuvwxyzabcdefabcdefghijklmnopqrstuvwxyzabcdef', '{}', false, 'psn_1', 1);
INSERT INTO firmware_part (model_id, version, number, piece) VALUES ('mdl_1', '1.0', 0, 'x');
