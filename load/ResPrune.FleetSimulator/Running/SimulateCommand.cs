using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ResPrune.FleetSimulator.Drawing;
using ResPrune.FleetSimulator.Results;

namespace ResPrune.FleetSimulator.Running;

/// <summary>The command line.</summary>
internal sealed class SimulateCommand
{
    private static readonly SimulationOptions Defaults = new();

    private readonly Option<int> _control = Number("--control", "Control silos; they are not lost.", Defaults.Control);
    private readonly Option<int> _silos = Number("--silos", "Worker silos.", Defaults.Silos);
    private readonly Option<int> _devices = Number("--devices", "Devices of a worker silo.", Defaults.Devices);
    private readonly Option<long[]> _rows = new("--rows")
    {
        Description = "Rows of the batch; several between commas are simulated one after another, to compare memory.",
        DefaultValueFactory = _ => [Defaults.Rows],
        CustomParser = Rows,
    };

    private readonly Option<int> _rowsPerShard = Number("--rows-per-shard", "Rows of a shard.", Defaults.RowsPerShard);
    private readonly Option<int> _batch = Number("--batch", "Rows of a micro-batch.", Defaults.Batch);
    private readonly Option<Distribution> _batchTime = Duration("--batch-time", "Time of a micro-batch.", Defaults.BatchTime);
    private readonly Option<double> _slowShare = Share("--slow-share", "Share of the devices that are slow.", Defaults.SlowShare);
    private readonly Option<double> _slowFactor = Share("--slow-factor", "How many times as long the slowest takes.", Defaults.SlowFactor);
    private readonly Option<double> _lost = Share("--lost-per-hour", "Share of the worker silos lost in an hour.", Defaults.LostPerHour);
    private readonly Option<Distribution> _detection = Duration("--detection", "From a loss to that the cluster knows it.", Defaults.Detection);
    private readonly Option<Distribution> _replacement = Duration("--replacement", "From a loss to another silo in its place.", Defaults.Replacement);
    private readonly Option<Distribution> _reading = Duration("--read", "Time of a reading request of the store.", Defaults.Reading);
    private readonly Option<Distribution> _writing = Duration("--write", "Time of a writing request of the store.", Defaults.Writing);
    private readonly Option<double> _bandwidth = Share("--bandwidth", "Megabytes a second of one request.", Defaults.MegabytesPerSecond);
    private readonly Option<Distribution> _network = Duration("--network", "One way of a call between silos.", Defaults.Network);
    private readonly Option<Distribution> _turn = Duration("--turn", "What a call costs its grain.", Distribution.Parse("60us"));
    private readonly Option<Distribution> _tick = Duration("--tick", "What durations are rounded up to.", Distribution.Parse("100us"));
    private readonly Option<int> _seed = new("--seed") { Description = "Seed of all draws.", DefaultValueFactory = _ => Defaults.Seed };
    private readonly Option<double> _least = Share("--at-least", "Least utilisation that is no failure, as a share.", Defaults.LeastUtilisation);

    private SimulateCommand()
    {
    }

    /// <summary>The command.</summary>
    public static RootCommand Create()
    {
        var options = new SimulateCommand();
        var command = new RootCommand("Simulates a fleet: the real grains, ledger and store interface, engines that only keep time, simulated time.")
        {
            options._control, options._silos, options._devices, options._rows, options._rowsPerShard, options._batch, options._batchTime,
            options._slowShare, options._slowFactor, options._lost, options._detection, options._replacement, options._reading,
            options._writing, options._bandwidth, options._network, options._turn, options._tick, options._seed, options._least,
        };
        command.SetAction((parsed, cancellationToken) => options.RunAsync(parsed, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var isRight = true;
        foreach (var rows in parsed.GetRequiredValue(_rows))
        {
            var result = await Simulation.RunAsync(Read(parsed, rows), errors.WriteLine, cancellationToken);
            Report.Print(result, output);
            isRight &= !result.Faults().Any();
        }

        return isRight ? 0 : 1;
    }

    private SimulationOptions Read(ParseResult parsed, long rows) => new()
    {
        Control = parsed.GetRequiredValue(_control),
        Silos = parsed.GetRequiredValue(_silos),
        Devices = parsed.GetRequiredValue(_devices),
        Rows = rows,
        RowsPerShard = parsed.GetRequiredValue(_rowsPerShard),
        Batch = parsed.GetRequiredValue(_batch),
        BatchTime = parsed.GetRequiredValue(_batchTime),
        SlowShare = parsed.GetRequiredValue(_slowShare),
        SlowFactor = parsed.GetRequiredValue(_slowFactor),
        LostPerHour = parsed.GetRequiredValue(_lost),
        Detection = parsed.GetRequiredValue(_detection),
        Replacement = parsed.GetRequiredValue(_replacement),
        Reading = parsed.GetRequiredValue(_reading),
        Writing = parsed.GetRequiredValue(_writing),
        MegabytesPerSecond = parsed.GetRequiredValue(_bandwidth),
        Network = parsed.GetRequiredValue(_network),
        Turn = parsed.GetRequiredValue(_turn).Mean,
        Tick = parsed.GetRequiredValue(_tick).Mean,
        Seed = parsed.GetRequiredValue(_seed),
        LeastUtilisation = parsed.GetRequiredValue(_least),
    };

    private static long[] Rows(ArgumentResult found)
    {
        var rows = new List<long>();
        foreach (var text in found.Tokens.Single().Value.Split(','))
        {
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= int.MaxValue) rows.Add(number);
            else found.AddError($"--rows: '{text}' is no number from 1 to {int.MaxValue}.");
        }

        return [.. rows];
    }

    private static Option<int> Number(string name, string description, int standard)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(found =>
        {
            if (found.GetValueOrDefault<int>() < 1) found.AddError($"{name} must be 1 or more.");
        });
        return option;
    }

    private static Option<double> Share(string name, string description, double standard)
    {
        var option = new Option<double>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(found =>
        {
            if (found.GetValueOrDefault<double>() < 0) found.AddError($"{name} must not be negative.");
        });
        return option;
    }

    private static Option<Distribution> Duration(string name, string description, Distribution standard) => new(name)
    {
        Description = $"{description} A duration like 50ms, 10ms..30ms or 10ms~0.5.",
        DefaultValueFactory = _ => standard,
        CustomParser = found =>
        {
            try
            {
                return Distribution.Parse(found.Tokens.Single().Value);
            }
            catch (FormatException exception)
            {
                found.AddError($"{name}: {exception.Message}");
                return standard;
            }
        },
    };
}
