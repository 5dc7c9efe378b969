package store

import (
	"reflect"
	"time"

	"quitclaim/service/lifecycle"
)

// truncateTimes makes every instant of a change what the tables keep: UTC and
// whole milliseconds. Otherwise the ledger would say more than the tables, and
// a replay would end elsewhere.
func truncateTimes(change *lifecycle.Change) { truncate(reflect.ValueOf(change).Elem()) }

func truncate(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if t, ok := v.Addr().Interface().(*time.Time); ok {
			*t = t.UTC().Truncate(time.Millisecond)
			return
		}
		for i := range v.NumField() {
			truncate(v.Field(i))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Struct {
			return
		}
		for i := range v.Len() {
			truncate(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			truncate(v.Elem())
		}
	}
}
