#Requires -Version 5.1
<#
.SYNOPSIS
Builds go-safe from the checkout that this file lies in, and runs go safe install, which installs it.

.DESCRIPTION
It needs no administrator, except for -System. It builds with the go command that GOSAFE_GO names, else with the first
one on PATH, else with one from the usual places. What is installed does the rest by itself: go safe install has the
same flags, and go safe install --uninstall needs no checkout.

If Windows runs no scripts, start it with: powershell -ExecutionPolicy Bypass -File .\install.ps1

Exit status: 0 done, 1 failed, 2 wrong usage, 3 installed, but not the first go on PATH.

.PARAMETER System
Install for all users, in %ProgramFiles%\go-safe; else for you, in %LOCALAPPDATA%\Programs\go-safe.

.PARAMETER Prefix
Install in the folder bin of this one.

.PARAMETER Rc
Put that folder first on your PATH, or on that of the system with -System.

.PARAMETER Uninstall
Remove what was installed there, and what -Rc added for it.
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    [switch] $System,
    [string] $Prefix,
    [switch] $Rc,
    [switch] $Uninstall
)

# Everything is in functions and the last line calls them: half a file does nothing.

function Write-Message([string] $Text) {
    [Console]::Error.WriteLine("install.ps1: $Text")
}

# Find-Go returns the path of the go command that builds. A go-safe will do: it passes the command on.
function Find-Go {
    if ($env:GOSAFE_GO) {
        return $env:GOSAFE_GO
    }
    $found = Get-Command go -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if ($found) {
        return $found.Path
    }
    foreach ($usual in 'C:\Program Files\Go\bin\go.exe', 'C:\Go\bin\go.exe') {
        if (Test-Path -LiteralPath $usual -PathType Leaf) {
            return $usual
        }
    }
    return ''
}

# Set-Environment sets a variable, or removes it if there is no value.
function Set-Environment([string] $Name, $Value) {
    if ($null -eq $Value) {
        Remove-Item -LiteralPath "Env:$Name" -ErrorAction SilentlyContinue
    }
    else {
        Set-Item -LiteralPath "Env:$Name" -Value $Value
    }
}

# Build-GoSafe builds into a file. What is set for other work shall not bend this build. The variables get their values
# back, because a script of PowerShell shares them with the window it runs in.
function Build-GoSafe([string] $Go, [string] $Exe) {
    $set = @{
        CGO_ENABLED = '0'; GO111MODULE = 'on'; GOWORK = 'off'; GOFLAGS = '-trimpath'; GOSAFE = 'off'
        GOOS = $null; GOARCH = $null; GOROOT = $null; GOEXPERIMENT = $null
    }
    $old = @{}
    foreach ($name in $set.Keys) {
        $old[$name] = [Environment]::GetEnvironmentVariable($name)
        Set-Environment $name $set[$name]
    }
    Push-Location -LiteralPath $PSScriptRoot
    try {
        # The output is not for our caller.
        & $Go build -o $Exe ./cmd/go-safe | Out-Host
        if ($LASTEXITCODE -ne 0) {
            Write-Message 'trying again without version information from git'
            & $Go build '-buildvcs=false' -o $Exe ./cmd/go-safe | Out-Host
        }
        return $LASTEXITCODE -eq 0
    }
    finally {
        Pop-Location
        foreach ($name in $old.Keys) {
            Set-Environment $name $old[$name]
        }
    }
}

function Install-GoSafe {
    if ($System -and $Prefix) {
        Write-Message '-System and -Prefix exclude each other; run: Get-Help .\install.ps1'
        return 2
    }
    if (-not (Test-Path -LiteralPath (Join-Path $PSScriptRoot 'cmd\go-safe'))) {
        Write-Message "$PSScriptRoot is no checkout of go-safe"
        return 1
    }
    $go = Find-Go
    if (-not $go) {
        Write-Message "no go command on PATH; install Go (https://go.dev/dl), or run: `$env:GOSAFE_GO = 'C:\path\to\go.exe'"
        return 1
    }
    $arguments = @('safe', 'install', '--script', '.\install.ps1')
    if ($System) { $arguments += '--system' }
    if ($Prefix) { $arguments += @('--prefix', $Prefix) }
    if ($Rc) { $arguments += '--rc' }
    if ($Uninstall) { $arguments += '--uninstall' }

    $temp = Join-Path ([IO.Path]::GetTempPath()) ('go-safe.' + [IO.Path]::GetRandomFileName())
    $null = New-Item -ItemType Directory -Path $temp
    try {
        $exe = Join-Path $temp 'go-safe.exe'
        Write-Message "building with $go"
        if (-not (Build-GoSafe $go $exe)) {
            Write-Message 'the build failed; nothing is installed'
            return 1
        }
        & $exe $arguments | Out-Host
        switch ($LASTEXITCODE) {
            1 { return 3 }
            125 { return 1 }
            default { return $LASTEXITCODE }
        }
    }
    finally {
        Remove-Item -LiteralPath $temp -Recurse -Force -ErrorAction SilentlyContinue
    }
}

exit (Install-GoSafe)
