using System.Text.RegularExpressions;
using k8s.Models;
using Microsoft.Extensions.Configuration;
using ResPrune.Helm.Tests.Chart;
using ResPrune.Server.Fleet;
using ResPrune.Server.Tls;

namespace ResPrune.Helm.Tests;

public class SettingsTests
{
    private static readonly HashSet<string> Known = new(
        [
            .. new[] { typeof(FleetSiloOptions), typeof(FleetConnectionOptions) }.SelectMany(type => type.GetProperties()).Select(property => property.Name),
            .. typeof(FleetTlsOptions).GetProperties().Select(property => $"{nameof(FleetConnectionOptions.Tls)}:{property.Name}"),
        ],
        StringComparer.OrdinalIgnoreCase);

    public static TheoryData<string?> ValuesFiles => [.. RenderedChart.ValuesFiles];

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task The_silo_takes_every_setting_that_the_chart_gives_it(string? file)
    {
        var silos = (await RenderedChart.RenderAsync(file)).Pods.SelectMany(pod => pod.Spec.Containers).Where(container => container.Name == "silo").ToList();
        Assert.NotEmpty(silos);
        foreach (var silo in silos)
        {
            var settings = silo.Env
                .Where(variable => variable.Name.StartsWith("RESPRUNE__", StringComparison.Ordinal))
                .ToDictionary(variable => $"ResPrune:{variable.Name["RESPRUNE__".Length..].Replace("__", ":", StringComparison.Ordinal)}", variable => Example(variable));
            Assert.All(settings.Keys, name => Assert.Contains(name["ResPrune:".Length..], Known));
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
            Assert.NotEmpty(FleetConfiguration.Connection(configuration).Store);
            Assert.NotNull(FleetConfiguration.Silo(configuration).SiloPort);
        }
    }

    [Theory]
    [InlineData("deploy/compose/compose.yaml")]
    [InlineData("deploy/try-image.sh")]
    [InlineData("deploy/healthcheck.sh")]
    public async Task Settings_named_in_deploy_are_the_silos(string file)
    {
        var names = Regex.Matches(await File.ReadAllTextAsync(Repository.PathOf(file.Split('/'))), "RESPRUNE__([A-Z]+)").Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(name, Known));
    }

    private static string? Example(V1EnvVar variable) => variable.ValueFrom?.FieldRef?.FieldPath switch
    {
        null => variable.Value,
        "status.podIP" => "10.0.0.1",
        _ => "pod-0",
    };
}
