package store

const sqlForgetBrowsers = `DELETE FROM known_browser WHERE person_id = $1`
