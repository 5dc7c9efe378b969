package code

import "testing"

func TestMod3736(t *testing.T) {
	t.Parallel()
	// Published numbers that carry this check character: a Global Release
	// Identifier and two ISANs.
	for _, whole := range []string{"A12425GABC1234002M", "B159D8FA01240000K", "188166C7342000003"} {
		last := len(whole) - 1
		if got, want := mod3736(whole[:last]), whole[last]; got != want {
			t.Errorf("mod3736(%q) = %c, want %c", whole[:last], got, want)
		}
	}
}

func TestMod10(t *testing.T) {
	t.Parallel()
	// From gs1-syntax-engine, scandata.c, test_scandata_validateParity.
	for digits, want := range map[string]bool{
		"24012345678905": true, "24012345678909": false,
		"2112233789657": true, "2112233789658": false,
		"416000336108": true, "416000336107": false,
		"02345680": true, "02345689": false,
	} {
		if got := mod10(digits); got != want {
			t.Errorf("mod10(%q) = %v, want %v", digits, got, want)
		}
	}
}

func TestVerhoeff(t *testing.T) {
	t.Parallel()
	// 236 and 3 is the worked example of the method; the long one is the
	// manual pairing code of discriminator 3840, passcode 20202021.
	for digits, want := range map[string]bool{
		"2363": true, "2364": false,
		"34970112332": true, "34970112323": false, "34970112333": false,
		"02684354589": false,
	} {
		if got := verhoeff(digits); got != want {
			t.Errorf("verhoeff(%q) = %v, want %v", digits, got, want)
		}
	}
}

// The Verhoeff method finds every wrong digit and every swap of neighbours;
// that it does proves the permutation and the group.
func TestVerhoeffFindsEverySlip(t *testing.T) {
	t.Parallel()
	const right = "34970112332"
	for i := range len(right) {
		for d := byte('0'); d <= '9'; d++ {
			wrong := right[:i] + string(d) + right[i+1:]
			if wrong != right && verhoeff(wrong) {
				t.Errorf("verhoeff(%q) is true, one digit off %q", wrong, right)
			}
		}
		if i == 0 || right[i] == right[i-1] {
			continue
		}
		swapped := right[:i-1] + right[i:i+1] + right[i-1:i] + right[i+1:]
		if verhoeff(swapped) {
			t.Errorf("verhoeff(%q) is true, two digits of %q swapped", swapped, right)
		}
	}
}
