package code

import "strings"

// alphanumeric is the character set of ISO/IEC 7064 MOD 37,36, in the order of
// its values.
const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// mod3736 computes the check character of ISO/IEC 7064 MOD 37,36 (hybrid
// system, clause 9) for a string of digits and upper-case letters. It catches
// every wrong character and nearly every swap of two neighbours.
func mod3736(s string) byte {
	const m = 36
	p := m
	for i := 0; i < len(s); i++ {
		p = (p + strings.IndexByte(alphanumeric, s[i])) % m
		if p == 0 {
			p = m
		}
		p = p * 2 % (m + 1)
	}
	return alphanumeric[(m+1-p)%m]
}

// mod10 reports whether the last digit is the check digit of a GTIN (GS1
// General Specifications 7.9.1: weights 3 and 1 from the right).
func mod10(digits string) bool {
	sum := 0
	for i := 0; i < len(digits); i++ {
		weight := 1
		if (len(digits)-i)%2 == 0 {
			weight = 3
		}
		sum += weight * int(digits[i]-'0')
	}
	return sum%10 == 0
}

// verhoeff reports whether the last digit is the Verhoeff check digit that
// Matter manual pairing codes end in (Matter Core Specification 5.1.4.1): a
// sum in the dihedral group D5, each digit permuted once more per place.
func verhoeff(digits string) bool {
	const permutation = "1576283094"
	sum := 0
	for i := 0; i < len(digits); i++ {
		digit := int(digits[len(digits)-1-i] - '0')
		for range i % 8 {
			digit = int(permutation[digit] - '0')
		}
		sum = dihedral(sum, digit)
	}
	return sum == 0
}

// dihedral multiplies in D5: 0 to 4 are turns, 5 to 9 mirrored turns.
func dihedral(a, b int) int {
	if a < 5 {
		return (a+b)%5 + b/5*5
	}
	return (a-b+10)%5 + (1-b/5)*5
}
