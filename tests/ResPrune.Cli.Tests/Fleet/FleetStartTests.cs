using System.Globalization;
using System.Text.Json;
using ResPrune.Cli.Tests.Processes;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>What a silo or a client needs and does not find: one line that says so, an exit code that is not 0, and nothing that hangs.</summary>
public sealed class FleetStartTests : IClassFixture<TestFleet>
{
    private static readonly Dictionary<string, string> Impatient = new() { ["RESPRUNE__STARTTIMEOUT"] = "00:00:02" };

    private readonly TestFleet _fleet;

    public FleetStartTests(TestFleet fleet) => _fleet = fleet;

    [Theory]
    [InlineData("silo", "--role", "control")]
    [InlineData("list")]
    public async Task WithoutRedisNothingStarts(params string[] verb)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}");
        (await RunAsync([.. verb, "--store", _fleet.Store, "--redis", address])).ExpectRefusal($"Redis at {address} cannot be reached", "--redis");
    }

    [Theory]
    [InlineData("silo", "--role", "control")]
    [InlineData("list")]
    public async Task AStoreThatIsNotThereIsNotMade(params string[] verb)
    {
        var missing = _fleet.Place.PathOf("mistyped");
        (await RunAsync([.. verb, "--store", missing, "--redis", _fleet.Redis.Address])).ExpectRefusal(missing, "--store");
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public async Task AModelThatCannotBeServedIsNamed()
    {
        var model = _fleet.Place.PathOf("no-model");
        (await RunAsync(["silo", "--role", "worker", "--model", model, .. _fleet.Connection])).ExpectRefusal(model);
    }

    [Fact]
    public async Task WhatIsMissingInTheSettingsIsNamedWithTheWaysToGiveIt() =>
        (await RunAsync("silo")).ExpectRefusal("Store", "Redis", "RESPRUNE__", "appsettings.json");

    [Fact]
    public async Task WithoutAControlSiloAClientSaysSo() =>
        (await RunAsync(["watch", "batch_1", "--cluster-id", "empty", .. _fleet.Connection])).ExpectRefusal("No control silo of cluster 'empty'");

    [Fact]
    public async Task ASecondSiloOfOneNameIsRefusedAndTheFirstGoesOn()
    {
        var first = _fleet.Start("control", "twin", "--cluster-id", "twins");
        await TestFleet.AreUpAsync(first);
        (await _fleet.RunAsync("silo", "--role", "control", "--name", "twin", "--cluster-id", "twins")).ExpectRefusal("'twin'", "--name");
        first.Signal("TERM");
        (await first.EndAsync()).Expect(0);
        // The name is free again at once.
        var next = _fleet.Start("control", "twin", "--cluster-id", "twins");
        await TestFleet.AreUpAsync(next);
    }

    [Theory]
    [InlineData("--silo-port")]
    [InlineData("--gateway-port")]
    public async Task APortThatAnotherSiloHasIsRefused(string option)
    {
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var first = _fleet.Start("control", $"first{option}", "--cluster-id", "port", option, port);
        await TestFleet.AreUpAsync(first);
        // Another fleet's, too: the kernel would let them share it.
        (await _fleet.RunAsync("silo", "--role", "control", "--cluster-id", "other", option, port)).ExpectRefusal(option, "in use");
        // At once again, also after an end without a good-bye.
        first.Signal("KILL");
        await first.EndAsync();
        await TestFleet.AreUpAsync(_fleet.Start("control", $"second{option}", "--cluster-id", "port", option, port));
    }

    [Fact]
    public async Task ASiloThatRedisHasForgottenEndsToBeStartedAgain()
    {
        using var fleet = new TestFleet();
        var silo = fleet.Start("control", "forgotten");
        await TestFleet.AreUpAsync(silo);
        fleet.Redis.Kill();
        fleet.Redis.Forget();
        fleet.Redis.Start();
        var ended = (await silo.EndAsync()).Expect(4);
        Assert.Contains("came back without", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SET")]
    [InlineData("HSETNX")]
    [InlineData("EVAL")]
    public async Task ARedisThatIsLostWhileASiloJoinsIsNamed(string command)
    {
        using var fleet = new TestFleet();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var killed = fleet.Redis.KillAtAsync(command, deadline.Token);
        using var silo = Resprune.StartIn(fleet.Place.PathOf(), Impatient, ["silo", "--role", "control", .. fleet.Connection]);
        await killed;
        var ended = (await silo.EndAsync()).Expect(2);
        var line = ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith($"resprune: Redis at {fleet.Redis.Address} was lost while the silo joined", line, StringComparison.Ordinal);
        Assert.EndsWith("Start the silo again when it is back.", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SettingsComeFromTheFileThenTheEnvironmentThenTheCommandLine()
    {
        var folder = Directory.CreateDirectory(_fleet.Place.PathOf("settings")).FullName;
        var file = new { ResPrune = new { _fleet.Store, Redis = _fleet.Redis.Address, Role = "control", Name = "of-the-file", ClusterId = "of-the-file" } };
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), JsonSerializer.Serialize(file));
        var environment = new Dictionary<string, string> { ["RESPRUNE__NAME"] = "of-the-environment", ["RESPRUNE__METRICSPORT"] = "0" };
        using var silo = Resprune.StartIn(folder, environment, "silo", "--name", "of-the-command-line");
        await TestFleet.AreUpAsync(silo);
        Assert.Contains("silo of-the-command-line is up, role control", silo.Output, StringComparison.Ordinal);
        Assert.Contains("metrics at http://127.0.0.1:", silo.Output, StringComparison.Ordinal);
    }

    private async Task<Outcome> RunAsync(params string[] arguments)
    {
        using var running = Resprune.StartIn(_fleet.Place.PathOf(), Impatient, arguments);
        return await running.EndAsync();
    }
}
