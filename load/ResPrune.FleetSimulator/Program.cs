using ResPrune.FleetSimulator.Running;

return await SimulateCommand.Create().Parse(args).InvokeAsync();
