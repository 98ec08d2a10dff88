using System.CommandLine;
using ResPrune.FleetCost.ManyBatches;
using ResPrune.FleetCost.Memory;
using ResPrune.FleetCost.Silos;
using ResPrune.FleetCost.Starvation;

// A silo is this program again, in a process of its own.
if (args is ["silo", ..]) return await SiloHost.RunAsync(SiloSettings.Parse(args[1..]));
var command = new RootCommand("Measures what a fleet of real processes costs beside its devices.") { StarvationCommand.Create(), MemoryCommand.Create(), ManyBatchesCommand.Create() };
return await command.Parse(args).InvokeAsync();
