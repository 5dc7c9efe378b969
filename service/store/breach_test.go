package store_test

// breachesByHand are the statements that break a check or a unique index; and
// those for a primary key whose table has a unique index as well, where a row
// that stands there twice would break either.
func breachesByHand() map[string]string {
	return map[string]string{
		"deletion_state_known":       `UPDATE deletion SET state = 'lost'`,
		"deletion_done_with_instant": `UPDATE deletion SET done_at = 1`,
		"deletion_of_a_time":         `UPDATE deletion SET before_at = 0`,
		"organisation_kind_known":    `UPDATE organisation SET kind = 'bank'`,
		"person_forgotten_whole":     `UPDATE person SET sealed = NULL`,
		"person_one_per_email": `INSERT INTO person (person_id, roles, sealed, email_hash, generation, created_at)
			VALUES ('psn_8', '', '\x00', 'same', 1, 1), ('psn_9', '', '\x00', 'same', 1, 1)`,
		"credential_pkey": `INSERT INTO credential (credential_id, hash, kind, person_id, scopes, name, created_at)
			SELECT credential_id, 'h9', kind, person_id, scopes, name, created_at FROM credential`,
		"credential_person_named":   `UPDATE credential SET person_id = NULL`,
		"credential_machine_of_org": `UPDATE credential SET kind = 'machine', person_id = NULL`,
		"credential_one_per_hash": `INSERT INTO credential (credential_id, hash, kind, person_id, scopes, name, created_at)
			SELECT 'tok_9', hash, kind, person_id, scopes, name, created_at FROM credential`,
		"passkey_pkey": `INSERT INTO passkey (passkey_id, person_id, credential_hash, sealed, counter, created_at)
			SELECT passkey_id, person_id, 'h9', sealed, counter, created_at FROM passkey`,
		"passkey_one_per_credential": `INSERT INTO passkey (passkey_id, person_id, credential_hash, sealed, counter, created_at)
			SELECT 'psk_9', person_id, credential_hash, sealed, counter, created_at FROM passkey`,
		"passkey_counter_of_32_bits": `UPDATE passkey SET counter = -1`,
		"ceremony_purpose_known":     `UPDATE ceremony SET purpose = 'song'`,
		"ceremony_of_somebody":       `UPDATE ceremony SET person_id = NULL`,
		"mail_link_kind_known":       `UPDATE mail_link SET kind = 'song'`,
		"mail_link_wrong_from_zero":  `UPDATE mail_link SET wrong = -1`,
		"recovery_pkey": `INSERT INTO recovery (recovery_id, person_id, stage, started_at, next_at, ended_at)
			SELECT recovery_id, person_id, 'done', 1, 1, 1 FROM recovery`,
		"recovery_stage_known":        `UPDATE recovery SET stage = 'lost'`,
		"recovery_ended_with_instant": `UPDATE recovery SET ended_at = 1`,
		"address_change_pkey": `INSERT INTO address_change (change_id, person_id, stage, link_hash, generation, sealed, asked_at, until_at, ended_at)
			SELECT change_id, person_id, 'stopped', 'h9', 1, sealed, 1, 1, 1 FROM address_change`,
		"address_change_stage_known":        `UPDATE address_change SET stage = 'lost', ended_at = 1`,
		"address_change_ended_with_instant": `UPDATE address_change SET ended_at = 1`,
		"address_change_one_per_link": `INSERT INTO address_change (change_id, person_id, stage, link_hash, generation, sealed, asked_at, until_at)
			SELECT 'adr_9', person_id, 'changed', link_hash, 1, sealed, 1, 1 FROM address_change`,
		"address_change_one_asked": `INSERT INTO address_change (change_id, person_id, stage, link_hash, generation, sealed, asked_at, until_at)
			SELECT 'adr_9', person_id, stage, 'h9', 1, sealed, 1, 1 FROM address_change`,
		"recovery_one_open": `INSERT INTO recovery (recovery_id, person_id, stage, started_at, next_at)
			SELECT 'rcv_9', person_id, 'half', 1, 1 FROM recovery`,
		"station_pkey": `INSERT INTO station (station_id, org_id, name, idle_seconds, made_by, created_at, wrong)
			SELECT station_id, org_id, name, idle_seconds, made_by, created_at, wrong FROM station`,
		"station_idle_from_one":      `UPDATE station SET idle_seconds = 0`,
		"station_code_with_end":      `UPDATE station SET code_until = 1`,
		"station_token_with_instant": `UPDATE station SET enrolled_at = NULL`,
		"station_code_is_spent":      `UPDATE station SET code_hash = 'c', code_until = 1`,
		"station_one_per_code": `INSERT INTO station (station_id, org_id, name, idle_seconds, made_by, created_at, wrong, code_hash, code_until)
			VALUES ('stn_8', 'org_1', '', 1, 'psn_1', 1, 0, 'c', 1), ('stn_9', 'org_1', '', 1, 'psn_1', 1, 0, 'c', 1)`,
		"station_one_per_token": `INSERT INTO station (station_id, org_id, name, idle_seconds, made_by, created_at, wrong, token_hash, enrolled_at)
			SELECT 'stn_9', org_id, name, idle_seconds, made_by, created_at, wrong, token_hash, enrolled_at FROM station`,
		"badge_pkey":         `INSERT INTO badge (badge_id, person_id, code_hash, made_at, ended_at) SELECT badge_id, person_id, 'h9', 1, 1 FROM badge`,
		"badge_one_per_code": `INSERT INTO badge (badge_id, person_id, code_hash, made_at, ended_at) SELECT 'bdg_9', person_id, code_hash, 1, 1 FROM badge`,
		"badge_one_standing": `INSERT INTO badge (badge_id, person_id, code_hash, made_at)
			SELECT 'bdg_9', person_id, 'h9', 1 FROM badge`,
		"pin_wrong_from_zero":        `UPDATE pin SET wrong = -1`,
		"pin_alarm_seen_by_somebody": `UPDATE pin_alarm SET seen_at = 1`,

		"provider_audience_known":    `UPDATE provider SET audience = 'everybody'`,
		"provider_max_age_from_zero": `UPDATE provider SET max_age = -1`,
		"identity_pkey": `INSERT INTO identity (provider_id, subject_hash, person_id, linked_at)
			SELECT provider_id, subject_hash, 'psn_9', 1 FROM identity`,
		"identity_one_per_provider": `INSERT INTO identity (provider_id, subject_hash, person_id, linked_at)
			SELECT provider_id, 'another', person_id, 1 FROM identity`,
		"provider_attempt_purpose_known": `UPDATE provider_attempt SET purpose = 'song', person_id = NULL`,
		"provider_attempt_of_person":     `UPDATE provider_attempt SET person_id = NULL`,

		"model_pkey": `INSERT INTO model (model_id, vendor_id, brand, name, reset_policy, sale_implied, min_firmware, required_grade, removable_media, clouds, checklist)
			SELECT model_id, vendor_id, brand, 'Cam Two', reset_policy, sale_implied, min_firmware, required_grade, removable_media, clouds, checklist FROM model`,
		"model_one_per_name": `INSERT INTO model (model_id, vendor_id, brand, name, reset_policy, sale_implied, min_firmware, required_grade, removable_media, clouds, checklist)
			SELECT 'mdl_9', vendor_id, brand, name, reset_policy, sale_implied, min_firmware, required_grade, removable_media, clouds, checklist FROM model`,
		"model_one_per_gtin": `INSERT INTO model (model_id, vendor_id, brand, name, gtin, reset_policy, sale_implied, min_firmware, required_grade, removable_media, clouds, checklist)
			SELECT 'mdl_9', vendor_id, brand, 'Cam Two', gtin, reset_policy, sale_implied, min_firmware, required_grade, removable_media, clouds, checklist FROM model`,
		"model_reset_policy_known": `UPDATE model SET reset_policy = 'perhaps'`,
		"model_grade_known":        `UPDATE model SET required_grade = 'none'`,
		"lookup_kind_known":        `UPDATE lookup SET kind = 'song'`,
		"lookup_one_label":         `INSERT INTO lookup (kind, code, unit_id) VALUES ('label', 'L1', 'unt_1'), ('label', 'L2', 'unt_1')`,

		"unit_state_known":                `UPDATE unit SET state = 'lost'`,
		"unit_epoch_from_one":             `UPDATE unit SET epoch = 0`,
		"unit_version_from_one":           `UPDATE unit SET version = 0`,
		"unit_verifier_with_instant":      `UPDATE unit SET verifier = 'h'`,
		"unit_with_customer_or_custodian": `UPDATE unit SET custody = NULL`,
		"unit_returned_has_order":         `UPDATE unit SET state = 'returned'`,
		"unit_certified_has_certificate":  `UPDATE unit SET state = 'certified'`,
		"unit_retired_with_instant":       `UPDATE unit SET retired_at = 1`,

		"binding_kind_known":         `UPDATE binding SET kind = 'cousin'`,
		"binding_state_known":        `UPDATE binding SET state = 'lost'`,
		"binding_live_with_instant":  `UPDATE binding SET state = 'live'`,
		"binding_pending_not_live":   `UPDATE binding SET live_at = 1`,
		"binding_ended_with_instant": `UPDATE binding SET ended_at = 1`,
		"binding_one_live_owner": `INSERT INTO binding (unit_id, binding_id, epoch, kind, state, account, created_at, live_at)
			VALUES ('unt_1', 'bnd_8', 1, 'owner', 'live', 'psn_1', 1, 1), ('unt_1', 'bnd_9', 1, 'owner', 'live', 'psn_2', 1, 1)`,
		"sighting_kind_known": `UPDATE sighting SET kind = 'cousin'`,

		"unit_return_authority_known":    `UPDATE unit_return SET authority = 'my-word'`,
		"unit_return_two_people":         `UPDATE unit_return SET second = clerk`,
		"reset_order_kind_known":         `UPDATE reset_order SET kind = 'song'`,
		"reset_order_state_known":        `UPDATE reset_order SET state = 'lost'`,
		"reset_order_ended_with_instant": `UPDATE reset_order SET ended_at = NULL`,
		"reset_order_one_open": `INSERT INTO reset_order (unit_id, order_id, epoch, kind, state, before_at, opened_at)
			VALUES ('unt_1', 'ord_8', 1, 'reset', 'open', 1, 1), ('unt_1', 'ord_9', 1, 'reset', 'open', 1, 1)`,
		"task_state_known":         `UPDATE task SET state = 'lost'`,
		"task_done_with_instant":   `UPDATE task SET done_at = 1`,
		"task_proven_by_something": `UPDATE task SET state = 'proven', done_at = 1`,
		"report_kind_known":        `UPDATE report SET kind = 'soft'`,

		"certificate_grade_known":          `UPDATE certificate SET grade = 'none'`,
		"certificate_continues":            `UPDATE certificate SET continued_to = 0`,
		"certificate_by_another":           `UPDATE certificate SET validator = operator`,
		"certificate_clerk_is_no_operator": `UPDATE certificate SET clerk = operator`,
		"sale_not_before_the_fact":         `UPDATE sale SET sold_at = recorded_at + 1`,
		"offer_state_known":                `UPDATE offer SET state = 'lost'`,
		"offer_ended_with_instant":         `UPDATE offer SET ended_at = NULL`,
		"offer_one_pending": `INSERT INTO offer (unit_id, offer_id, epoch, state, from_person, code_hash, created_at, expires_at)
			VALUES ('unt_1', 'ofr_8', 1, 'pending', 'psn_1', 'h', 1, 1), ('unt_1', 'ofr_9', 1, 'pending', 'psn_1', 'h', 1, 1)`,
		"hold_kind_known":         `UPDATE hold SET kind = 'song'`,
		"hold_lifted_by_somebody": `UPDATE hold SET lifted_at = 1`,
		"shipment_goes_elsewhere": `UPDATE shipment SET to_org = from_org`,
		"shipment_one_open": `INSERT INTO shipment (unit_id, shipment_id, epoch, from_org, to_org, sent_at)
			VALUES ('unt_1', 'shp_8', 1, 'org_1', 'org_2', 1), ('unt_1', 'shp_9', 1, 'org_1', 'org_2', 1)`,
		"work_done_has_no_lease": `UPDATE work SET done_at = 1, lease_until = 1`,

		"flag_key": `INSERT INTO flag (unit_id, flag_id, epoch, kind, cause, severity, state, evidence, first_at, last_at)
			SELECT unit_id, flag_id, epoch, kind, 'another', severity, state, evidence, first_at, last_at FROM flag`,
		"flag_one_per_cause": `INSERT INTO flag (unit_id, flag_id, epoch, kind, cause, severity, state, evidence, first_at, last_at)
			SELECT unit_id, 'flg_9', epoch, kind, cause, severity, state, evidence, first_at, last_at FROM flag`,
		"flag_severity_known":        `UPDATE flag SET severity = 'none'`,
		"flag_state_known":           `UPDATE flag SET state = 'lost'`,
		"flag_resolved_with_instant": `UPDATE flag SET state = 'resolved'`,

		"kit_unit_place_from_zero":     `UPDATE kit_unit SET place = -1`,
		"kit_unit_missing_by_somebody": `UPDATE kit_unit SET missing_at = 1`,

		"log_entry_of_unit": `UPDATE log_entry SET kind = 'unit'`,
		"log_entry_by_index": `INSERT INTO log_entry (entry_id, idx, kind, subject, event, at, leaf_hash, entry)
			VALUES ('ent_8', 7, 'log', 's', 'e', 1, '\x00', '\x00'), ('ent_9', 7, 'log', 's', 'e', 1, '\x00', '\x00')`,
		"log_head_single": `UPDATE log_head SET log_id = 2`,

		"log_origin_pkey":      `INSERT INTO log_origin (since, origin, at) SELECT since, 'other', 1 FROM log_origin`,
		"log_origin_from_zero": `UPDATE log_origin SET since = -1`,
		"log_origin_once":      `INSERT INTO log_origin (since, origin, at) SELECT 9, origin, 1 FROM log_origin`,

		"batch_closed_by_somebody": `UPDATE batch SET closed_at = 1`,
		"batch_entry_key": `INSERT INTO batch_entry (batch_id, entry_id, place, person_id, scanned_at, at, queued, shown, verdict, state, reasons, secret_redacted)
			SELECT batch_id, entry_id, 9, person_id, scanned_at, at, queued, shown, verdict, state, reasons, secret_redacted FROM batch_entry`,
		"batch_entry_by_place": `INSERT INTO batch_entry (batch_id, entry_id, place, person_id, scanned_at, at, queued, shown, verdict, state, reasons, secret_redacted)
			SELECT batch_id, 'e9', place, person_id, scanned_at, at, queued, shown, verdict, state, reasons, secret_redacted FROM batch_entry`,
		"batch_entry_state_known":         `UPDATE batch_entry SET state = 'lost'`,
		"batch_entry_verdict_known":       `UPDATE batch_entry SET verdict = 'perhaps'`,
		"batch_entry_taken_by_return":     `UPDATE batch_entry SET return_id = 'ret_1'`,
		"batch_entry_settled_by_somebody": `UPDATE batch_entry SET state = 'settled'`,

		"photograph_digest_whole":        `UPDATE photograph SET digest = 'short'`,
		"photograph_size_limited":        `UPDATE photograph SET picture = ''`,
		"checklist_picture_digest_whole": `UPDATE checklist_picture SET digest = 'short'`,
		"checklist_picture_size_limited": `UPDATE checklist_picture SET picture = ''`,

		"print_job_state_known":         `UPDATE print_job SET state = 'lost', printer = 'p'`,
		"print_job_made_has_no_printer": `UPDATE print_job SET printer = 'p'`,
		"print_label_state_known":       `UPDATE print_label SET state = 'lost'`,

		"notice_pkey": `INSERT INTO notice (notice_id, person_id, kind, once_hash, inbox, sealed, at)
			SELECT notice_id, person_id, kind, 'another', inbox, sealed, at FROM notice`,
		"notice_once": `INSERT INTO notice (notice_id, person_id, kind, once_hash, inbox, sealed, at)
			SELECT 'ntc_9', person_id, kind, once_hash, inbox, sealed, at FROM notice`,
		"delivery_channel_known":      `UPDATE delivery SET channel = 'drum'`,
		"delivery_outcome_known":      `UPDATE delivery SET outcome = 'lost', done_at = 1`,
		"delivery_done_with_outcome":  `UPDATE delivery SET done_at = 1`,
		"delivery_done_has_no_lease":  `UPDATE delivery SET done_at = 1, outcome = 'sent', lease_until = 1`,
		"notice_choice_channel_known": `UPDATE notice_choice SET channel = 'drum'`,
		"mail_standing_bounced_whole": `UPDATE mail_standing SET bounced_at = 1`,
		"untold_tries_from_one":       `UPDATE untold SET tries = 0`,
		"push_subscription_pkey": `INSERT INTO push_subscription (subscription_id, person_id, endpoint_hash, sealed, generation, created_at)
			SELECT subscription_id, person_id, 'another', sealed, generation, created_at FROM push_subscription`,
		"push_subscription_one_per_endpoint": `INSERT INTO push_subscription (subscription_id, person_id, endpoint_hash, sealed, generation, created_at)
			SELECT 'sub_9', person_id, endpoint_hash, sealed, generation, created_at FROM push_subscription`,

		"import_job_pkey": `INSERT INTO import_job (import_id, org_id, reference, kind, format, state, actor, name, digest, bytes, layout, at_byte, counts, attempt, created_at, changed_at, lease_until)
			SELECT import_id, org_id, 'another', kind, format, state, actor, name, digest, bytes, layout, at_byte, counts, attempt, created_at, changed_at, 0 FROM import_job`,
		"import_one_per_reference": `INSERT INTO import_job (import_id, org_id, reference, kind, format, state, actor, name, digest, bytes, layout, at_byte, counts, attempt, created_at, changed_at, lease_until)
			SELECT 'imp_9', org_id, reference, kind, format, state, actor, name, digest, bytes, layout, at_byte, counts, attempt, created_at, changed_at, 0 FROM import_job`,
		"import_kind_known":         `UPDATE import_job SET kind = 'songs'`,
		"import_format_known":       `UPDATE import_job SET format = 'xlsx'`,
		"import_state_known":        `UPDATE import_job SET state = 'lost'`,
		"import_ended_with_instant": `UPDATE import_job SET ended_at = 1`,
		"import_whole_has_digest":   `UPDATE import_job SET digest = NULL`,
		"import_chunk_in_order":     `UPDATE import_chunk SET last_row = first_row - 1`,

		"consent_ask_outcome_known":      `UPDATE consent_ask SET outcome = 'lost', ended_at = 1`,
		"consent_ask_ended_with_outcome": `UPDATE consent_ask SET ended_at = 1`,
		"consent_ask_by_agent_whole":     `UPDATE consent_ask SET org_id = NULL`,
		"consent_ask_by_somebody":        `UPDATE consent_ask SET agent = NULL, org_id = NULL, sealed = NULL`,
		"consent_key": `INSERT INTO consent (unit_id, consent_id, epoch, ask_id, owner, agent, made_at, expires_at, body, entry_id)
			SELECT unit_id, consent_id, epoch, 'ask_9', owner, agent, made_at, expires_at, body, entry_id FROM consent`,
		"consent_one_per_ask": `INSERT INTO consent (unit_id, consent_id, epoch, ask_id, owner, agent, made_at, expires_at, body, entry_id)
			SELECT unit_id, 'cns_9', epoch, ask_id, owner, agent, made_at, expires_at, body, entry_id FROM consent`,
		"consent_of_a_day_at_most":    `UPDATE consent SET expires_at = made_at`,
		"support_access_refused_why":  `UPDATE support_access SET refused = 'bored'`,
		"support_access_to_somebodys": `UPDATE support_access SET owner = NULL`,

		"firmware_key_whole":             `UPDATE firmware_key SET public = 'short'`,
		"firmware_digest_whole":          `UPDATE firmware SET sha256 = 'short'`,
		"firmware_signature_whole":       `UPDATE firmware SET signature = 'short'`,
		"firmware_withdrawn_by_somebody": `UPDATE firmware SET withdrawn_at = 1`,
		"firmware_part_size_limited":     `UPDATE firmware_part SET piece = ''`,
	}
}
