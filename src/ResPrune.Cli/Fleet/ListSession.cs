using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Json;
using ResPrune.Cli.Rendering;
using ResPrune.Cluster.Batches;
using ResPrune.Server.Fleet;
using Spectre.Console;

namespace ResPrune.Cli.Fleet;

/// <summary><c>resprune list</c> from beginning to end.</summary>
internal static class ListSession
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Runs it.</summary>
    /// <exception cref="FleetStartException">The fleet cannot be reached.</exception>
    public static async Task<int> RunAsync(FleetConnectionOptions connection, bool json, TextWriter output)
    {
        await using var fleet = await FleetClient.ConnectAsync(connection, CancellationToken.None);
        var reports = new List<BatchReport>();
        await foreach (var record in new BatchCatalog(fleet.Store).ListAsync(CancellationToken.None)) reports.Add(await ReportAsync(fleet, record));
        reports = [.. reports.OrderByDescending(report => report.CreatedAt).ThenByDescending(report => report.Batch, StringComparer.Ordinal)];
        if (json) output.WriteLine(JsonSerializer.Serialize(reports, CliJsonContext.Printed.ListBatchReport));
        else if (reports.Count == 0) output.WriteLine($"no batches in {fleet.Store.Location}");
        else Consoles.ForRun(output, isTerminal: !Console.IsOutputRedirected).Write(Table(reports));
        return ExitCode.Success;
    }

    private static async Task<BatchReport> ReportAsync(FleetClient fleet, BatchRecord record)
    {
        if (record.IsTerminal) return BatchReport.Of(record);
        try
        {
            return BatchReport.Of(
                await FleetClient.AskAsync(token => fleet.Batches.GetProgressAsync(record.Id, token), AnswerTimeout, CancellationToken.None), record);
        }
        catch (Exception exception) when (exception is FleetStartException or BatchNotFoundException)
        {
            return BatchReport.Of(record) with { Problem = exception.Message };
        }
    }

    private static Table Table(IReadOnlyList<BatchReport> reports)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var name in (string[])["batch", "status", "submitted", "rows", "answered", "failed", "workers", "left"])
            table.AddColumn(new TableColumn(name).NoWrap());
        foreach (var report in reports)
        {
            table.AddRow(
                report.Batch,
                report.Status,
                $"{DateTimeOffset.FromUnixTimeSeconds(report.CreatedAt ?? 0):yyyy-MM-dd HH:mm:ss}Z",
                Quantity.Count(report.Questions),
                Quantity.Count(report.Answered),
                Quantity.Count(report.Failed),
                report.Workers == 0 ? "" : Quantity.Count(report.Workers),
                report.SecondsLeft is { } seconds ? Quantity.Span(TimeSpan.FromSeconds(seconds)) : "");
        }

        return table;
    }
}
