package main

import (
	"fmt"
	"os"
	"sort"
	"testing"
	"time"
)

func BenchmarkZZ(b *testing.B) {
	if b.N == 1 && os.Getenv("ZZ") == "" { return }
	stage := prepare(b, b.N)
	bare := newBare(b, stage.copy(b, "bare"), stage.record(b, stage.copy(b, "recorded")))
	times := map[string]time.Duration{}
	count := map[string]int{}
	rows := func(q string, f func()) { t := time.Now(); f(); times[q] += time.Since(t); count[q]++ }
	begin := time.Now()
	for _, tr := range bare.left {
		rows("BEGIN IMMEDIATE", func() { must(b, "", bare.do(statement{query: "BEGIN IMMEDIATE"})) })
		for _, s := range tr { rows(s.query, func() { must(b, s.query, bare.do(s)) }) }
		rows("COMMIT", func() { must(b, "", bare.do(statement{query: "COMMIT"})) })
	}
	total := time.Since(begin)
	var qs []string
	for q := range times { qs = append(qs, q) }
	sort.Slice(qs, func(i, j int) bool { return times[qs[i]] > times[qs[j]] })
	n := float64(b.N)
	fmt.Printf("total per return %.1fµs, statements %d\n", float64(total.Microseconds())/n, len(bare.left[0]))
	for _, q := range qs {
		t := q; if len(t) > 110 { t = t[:110] }
		fmt.Printf("%7.1fµs/return  x%.2f  each %.1f  %q\n", float64(times[q].Nanoseconds())/1000/n, float64(count[q])/n, float64(times[q].Nanoseconds())/1000/float64(count[q]), t)
	}
}
