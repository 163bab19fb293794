// Orphans starts ten processes whose parent ends first, waits until they have ended, and counts those that are zombies.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

func main() {
	var pids []string
	for range 10 {
		out, err := exec.Command("sh", "-c", "exec 3>&1 >/dev/null; sleep 0.05 & echo $! >&3").Output()
		if err != nil {
			panic(err)
		}
		pids = append(pids, strings.TrimSpace(string(out)))
	}
	zombies := 0
	for end := time.Now().Add(2 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		running := 0
		zombies = 0
		for _, pid := range pids {
			stat, _ := os.ReadFile("/proc/" + pid + "/stat")
			switch {
			case strings.Contains(string(stat), ") Z "):
				zombies++
			case len(stat) > 0:
				running++
			}
		}
		if running == 0 && zombies == 0 || time.Now().After(end) && running == 0 {
			break
		}
	}
	fmt.Println(zombies, "zombies")
}
